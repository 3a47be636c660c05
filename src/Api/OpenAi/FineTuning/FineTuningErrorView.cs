namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <param name="Code"><c>training_failed</c>.</param>
/// <param name="Message">Why.</param>
/// <param name="Param">Always null: what is wrong with a request is said before there is a job.</param>
public sealed record FineTuningErrorView(string Code, string Message, string? Param);
