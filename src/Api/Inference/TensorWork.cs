namespace ContrastiveService.Api.Inference;

/// <summary>Something other than a network's forward pass that computes with tensors.</summary>
sealed class TensorWork<T>(Caller caller, int weight, Func<T> compute, CancellationToken stop) : QueuedWork(caller, weight, stop), ILoneWork
{
    private readonly TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => result.Task;

    /// <summary>Does it on the calling thread. Whatever goes wrong is its sender's to hear; this does not throw.</summary>
    public void Run()
    {
        try
        {
            result.TrySetResult(compute());
        }
        catch (Exception e)
        {
            result.TrySetException(e);
        }
    }

    public override bool DropIfAbandoned() => IsAbandoned && result.TrySetCanceled(Stop);

    public override void Fail(Exception fault) => result.TrySetException(fault);
}
