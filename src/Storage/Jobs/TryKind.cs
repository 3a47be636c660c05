namespace ContrastiveService.Storage.Jobs;

/// <summary>What a request without an idempotency key tells of its place among its client's tries.</summary>
public enum TryKind
{
    /// <summary>Nothing.</summary>
    Unnumbered,

    /// <summary>It is the first.</summary>
    First,

    /// <summary>It is a later one: the client has no answer to the one before.</summary>
    Retry,
}
