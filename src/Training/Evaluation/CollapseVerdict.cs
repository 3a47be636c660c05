namespace ContrastiveService.Training.Evaluation;

/// <summary>What a job says when its features have collapsed.</summary>
/// <param name="Kind">Which way.</param>
/// <param name="Message">What was measured, and the likely cause with its remedy.</param>
public sealed record CollapseVerdict(CollapseKind Kind, string Message);
