namespace ContrastiveService.Storage.Jobs;

/// <summary>What a worker needs to hear: whether the job is still its own, and whether somebody asked to cancel it.</summary>
public sealed record LeaseState(bool StillMine, bool CancelRequested);
