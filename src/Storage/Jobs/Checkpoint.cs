namespace ContrastiveService.Storage.Jobs;

/// <summary>A stored checkpoint. <c>Sha256</c> is lower-case hex over all bytes; <c>Pinned</c> ones belong to a model version and are never pruned.</summary>
public sealed record Checkpoint(
    Guid Id, Guid JobId, int Epoch, long Step, double? Score, long Bytes, string Sha256, bool Pinned, DateTime CreatedAt);
