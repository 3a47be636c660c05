using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Inference;

/// <summary>Pictures of one request that wait for their vectors.</summary>
sealed class InferenceWork(EmbeddingModel model, byte[][] pictures, CancellationToken cancellationToken) : ThreadWork
{
    private readonly TaskCompletionSource<float[][]> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EmbeddingModel Model => model;

    public byte[][] Pictures => pictures;

    public Task<float[][]> Result => result.Task;

    public override void Run() => Run([this]);

    /// <summary>Runs works of one model as one batch. Whatever goes wrong is theirs to hear; the thread goes on.</summary>
    public static void Run(List<InferenceWork> works)
    {
        works.RemoveAll(w => w.GaveUp());
        if (works.Count == 0)
            return;
        try
        {
            var vectors = works[0].Model.Embed([.. works.SelectMany(w => w.Pictures)]).AsSpan();
            foreach (var work in works)
            {
                work.result.SetResult(vectors[..work.Pictures.Length].ToArray());
                vectors = vectors[work.Pictures.Length..];
            }
        }
        catch (Exception e)
        {
            foreach (var work in works)
                work.result.TrySetException(e);
        }
    }

    private bool GaveUp() => cancellationToken.IsCancellationRequested && result.TrySetCanceled(cancellationToken);
}
