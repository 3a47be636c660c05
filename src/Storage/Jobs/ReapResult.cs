namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// What a round of <see cref="JobLeaseStore.ReapAsync"/> did: jobs given back to the queue, jobs out of attempts, jobs whose cancellation nobody was left
/// to carry out, queued jobs whose delivery was lost.
/// </summary>
public sealed record ReapResult(int Requeued, int Failed, int Cancelled, int Redelivered);
