using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Searching;

/// <summary>What waits for an index that is at least at a revision: a query, or, without one, a copy of vectors.</summary>
sealed record IndexWork(long Revision, VectorQuery? Query, IReadOnlyCollection<long>? Among)
{
    public TaskCompletionSource<SearchResult> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<VectorTable> Copied { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Fail(Exception exception)
    {
        Found.TrySetException(exception);
        Copied.TrySetException(exception);
        // Only one of the two is awaited; the other's exception is the same and counts as seen.
        _ = (Found.Task.Exception, Copied.Task.Exception);
    }
}
