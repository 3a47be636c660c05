namespace ContrastiveService.Api.Inference;

/// <summary>Something other than a network's forward pass that computes with tensors.</summary>
sealed class TensorWork<T>(Func<T> compute, CancellationToken cancellationToken) : ThreadWork
{
    private readonly TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => result.Task;

    public override void Run()
    {
        if (cancellationToken.IsCancellationRequested)
        {
            result.SetCanceled(cancellationToken);
            return;
        }

        try
        {
            result.SetResult(compute());
        }
        catch (Exception e)
        {
            result.SetException(e);
        }
    }
}
