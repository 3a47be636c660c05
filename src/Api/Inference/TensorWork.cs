namespace ContrastiveService.Api.Inference;

/// <summary>Something other than a network's forward pass that computes with tensors.</summary>
sealed class TensorWork<T>(Caller caller, Func<T> compute, CancellationToken stop) : QueuedWork(caller, 1, stop), ILoneWork
{
    private readonly TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => result.Task;

    /// <summary>Does it on the calling thread. Whatever goes wrong is its sender's to hear; this does not throw.</summary>
    public void Run()
    {
        try
        {
            result.SetResult(compute());
        }
        catch (Exception e)
        {
            result.SetException(e);
        }
    }

    public override bool DropIfAbandoned() => IsAbandoned && result.TrySetCanceled(Stop);

    public override void Fail(Exception fault) => result.TrySetException(fault);
}
