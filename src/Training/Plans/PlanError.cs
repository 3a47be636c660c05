namespace ContrastiveService.Training.Plans;

/// <summary>One thing wrong with a request.</summary>
/// <param name="Param">JSON path of the culprit, such as <c>method.temperature</c>; empty for the whole.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record PlanError(string Param, string Message);
