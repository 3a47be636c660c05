using System.Collections.Concurrent;
using ContrastiveService.Api.Errors;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// The one thread that runs networks: libtorch gives every thread that computes a pool of its own, and its scopes do not follow an await.
/// It takes whatever waits for the same model as one batch.
/// </summary>
sealed class InferenceThread : IDisposable
{
    private readonly BlockingCollection<InferenceWork> queue = [];
    private readonly ApiOptions options;
    private readonly Thread thread;
    private int waiting;

    public InferenceThread(IOptions<ApiOptions> options)
    {
        this.options = options.Value;
        thread = new Thread(Serve) { Name = "inference", IsBackground = true };
        thread.Start();
    }

    /// <summary>Keeps room for pictures that are still to be decoded.</summary>
    /// <returns>Gives the room back when disposed.</returns>
    /// <exception cref="ApiException">503: too many wait already.</exception>
    public IDisposable Reserve(int pictures)
    {
        if (Interlocked.Add(ref waiting, pictures) > options.InferenceQueue)
        {
            Interlocked.Add(ref waiting, -pictures);
            throw ApiException.Busy($"{options.InferenceQueue} pictures are waiting for the model already. Try again shortly, or send fewer at once.");
        }

        return new Seats(this, pictures);
    }

    /// <summary>Embeds decoded pictures, in their order.</summary>
    public async Task<float[][]> RunAsync(EmbeddingModel model, IReadOnlyList<byte[]> chw, CancellationToken cancellationToken)
    {
        // In pieces, so that a small request need not wait for the whole of a large one that came at the same time.
        var pieces = chw.Chunk(options.InferenceBatch).Select(piece => new InferenceWork(model, piece, cancellationToken)).ToArray();
        foreach (var piece in pieces)
            queue.Add(piece, CancellationToken.None);
        return [.. (await Task.WhenAll(pieces.Select(p => p.Result))).SelectMany(vectors => vectors)];
    }

    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
    }

    private void Serve()
    {
        Compute.UseThreads(options.InferenceThreads, pin: false);
        InferenceWork? left = null;
        while (left is not null || queue.TryTake(out left, Timeout.Infinite))
        {
            var batch = new List<InferenceWork> { left };
            var pictures = left.Pictures.Length;
            left = null;
            while (queue.TryTake(out var next))
            {
                if (next.Model != batch[0].Model || pictures + next.Pictures.Length > options.InferenceBatch)
                {
                    left = next;
                    break;
                }

                batch.Add(next);
                pictures += next.Pictures.Length;
            }

            InferenceWork.Run(batch);
        }
    }

    private sealed class Seats(InferenceThread owner, int count) : IDisposable
    {
        public void Dispose() => Interlocked.Add(ref owner.waiting, -count);
    }
}
