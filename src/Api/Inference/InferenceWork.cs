namespace ContrastiveService.Api.Inference;

/// <summary>Decoded pictures of one request that wait for their vectors.</summary>
sealed class InferenceWork(Caller caller, LoadedModel model, byte[][] pictures, CancellationToken stop) : QueuedWork(caller, pictures.Length, stop)
{
    private readonly TaskCompletionSource<InferenceResult> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override LoadedModel Model => model;

    public byte[][] Pictures => pictures;

    public Task<InferenceResult> Result => result.Task;

    public void Succeed(InferenceResult answer) => result.TrySetResult(answer);

    public override bool DropIfAbandoned() => IsAbandoned && result.TrySetCanceled(Stop);

    public override void Fail(Exception fault) => result.TrySetException(fault);
}
