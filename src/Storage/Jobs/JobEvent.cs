namespace ContrastiveService.Storage.Jobs;

/// <summary>One thing that happened to a job. <c>Sequence</c> counts 1, 2, 3 within the job; <c>Data</c> is JSON.</summary>
public sealed record JobEvent(long Sequence, Guid JobId, string Type, string Message, string? Data, DateTime At);
