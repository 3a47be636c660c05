using System.Collections.Concurrent;
using ContrastiveService.Api.Errors;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// The one thread that computes with tensors: libtorch gives every thread that does a pool of its own, and its scopes do not follow an await.
/// It takes whatever waits for the same model as one batch.
/// </summary>
sealed class InferenceThread : IDisposable
{
    private readonly BlockingCollection<ThreadWork> queue = [];
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

    /// <summary>Computes something else with tensors when its turn comes.</summary>
    public Task<T> RunAsync<T>(Func<T> compute, CancellationToken cancellationToken)
    {
        var work = new TensorWork<T>(compute, cancellationToken);
        queue.Add(work, CancellationToken.None);
        return work.Result;
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
        ThreadWork? next = null;
        while (next is not null || queue.TryTake(out next, Timeout.Infinite))
        {
            if (next is not InferenceWork first)
            {
                next.Run();
                next = null;
                continue;
            }

            var batch = new List<InferenceWork> { first };
            var pictures = first.Pictures.Length;
            while (queue.TryTake(out next) && next is InferenceWork more && more.Model == first.Model && pictures + more.Pictures.Length <= options.InferenceBatch)
            {
                batch.Add(more);
                pictures += more.Pictures.Length;
            }

            InferenceWork.Run(batch);
        }
    }

    private sealed class Seats(InferenceThread owner, int count) : IDisposable
    {
        public void Dispose() => Interlocked.Add(ref owner.waiting, -count);
    }
}
