using System.Diagnostics;
using ContrastiveService.Api.Errors;
using ContrastiveService.Training.Native;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// The threads that compute with tensors; nobody else does, since libtorch's scopes do not follow an await. On processors each takes a batch of its own and computes it
/// alone: nothing is waited for between two layers. A GPU has one. None waits while anything is queued, and each takes as one batch what waits for the same model: the
/// longer the queue, the larger the batch. Pictures of the next batches are decoded meanwhile.
/// </summary>
sealed class InferenceThreads : IDisposable
{
    private readonly Lock gate = new();
    private readonly FairQueue queue = new();
    private readonly SemaphoreSlim queued = new(0);
    private readonly ApiOptions options;
    private readonly InferenceMetrics metrics;
    private readonly Thread[] threads;
    private readonly ThreadWatch[] watches;
    private volatile bool stopping;

    public InferenceThreads(IOptions<ApiOptions> options, InferenceMetrics metrics)
    {
        this.options = options.Value;
        this.metrics = metrics;
        var hasGpu = Compute.HasGpu;
        watches = [.. Enumerable.Range(0, hasGpu ? 1 : this.options.InferenceThreads).Select(_ => new ThreadWatch())];
        Compute.UseThreads(hasGpu ? this.options.InferenceThreads : 1, pin: false);
        threads = [.. watches.Select((watch, i) => new Thread(() => Serve(watch)) { Name = $"inference {i}", IsBackground = true })];
        foreach (var thread in threads)
            thread.Start();
    }

    /// <summary>Batches that are computed at the same time.</summary>
    public int Count => threads.Length;

    /// <summary>That a thread hangs in something, and in what; null while all get on.</summary>
    public string? Hangs => watches.Select(watch => watch.Hangs).FirstOrDefault(hangs => hangs is not null);

    /// <summary>Embeds decoded pictures, in their order: at most a batch of them.</summary>
    public Task<InferenceResult> RunAsync(Caller caller, LoadedModel model, byte[][] chw, CancellationToken stop)
    {
        var work = new InferenceWork(caller, model, chw, stop);
        Add(work);
        return work.Result;
    }

    /// <summary>Computes something else with tensors when its turn comes.</summary>
    public Task<T> RunAsync<T>(Caller caller, Func<T> compute, CancellationToken stop)
    {
        var work = new TensorWork<T>(caller, compute, stop);
        Add(work);
        return work.Result;
    }

    public void Dispose()
    {
        stopping = true;
        queued.Release(threads.Length);
        foreach (var thread in threads)
            thread.Join();
        queued.Dispose();
    }

    private void Add(QueuedWork work)
    {
        lock (gate)
            queue.Add(work);
        queued.Release();
    }

    private void Serve(ThreadWatch watch)
    {
        while (true)
        {
            queued.Wait();
            IReadOnlyList<QueuedWork> works;
            lock (gate)
                works = queue.Take(Most());
            if (works.Count == 0)
            {
                // What this signal stood for went with an earlier batch.
                if (stopping)
                    return;
                continue;
            }

            Run([.. works.Where(work => !work.DropIfAbandoned())], watch);
        }
    }

    /// <summary>An equal part for each thread of what waits: half of it would lie idle if one took all.</summary>
    private int Most() => Math.Clamp((queue.Pictures + threads.Length - 1) / threads.Length, 1, options.InferenceBatch);

    private void Run(IReadOnlyList<QueuedWork> works, ThreadWatch watch)
    {
        if (works.Count == 0)
            return;
        watch.Begin(works[0].Model?.Name ?? "work beside the models", works.Sum(work => work.Weight) * (works[0].Model?.Rate.Seconds ?? 0));
        if (works is [ILoneWork alone])
            alone.Run();
        else
            Embed([.. works.Cast<InferenceWork>()]);
        watch.End();
    }

    /// <summary>One batch. Whatever goes wrong is its senders' to hear; the thread goes on.</summary>
    private void Embed(InferenceWork[] works)
    {
        var model = works[0].Model;
        var waited = Array.ConvertAll(works, work => work.Waited);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var vectors = model.Network.Embed([.. works.SelectMany(work => work.Pictures)]).AsSpan();
            var took = Stopwatch.GetElapsedTime(start);
            model.Rate.Observe(vectors.Length, took);
            metrics.Ran(vectors.Length, took);
            foreach (var (work, wait) in works.Zip(waited))
            {
                Answer(work, new InferenceResult(vectors[..work.Pictures.Length].ToArray(), wait, took));
                vectors = vectors[work.Pictures.Length..];
            }
        }
        catch (Exception e) when (works.Length == 1)
        {
            works[0].Fail(e);
        }
        catch (Exception)
        {
            // One of them may be the cause, and the others should not suffer for it.
            foreach (var work in works)
                Embed([work]);
        }
    }

    private void Answer(InferenceWork work, InferenceResult result)
    {
        metrics.Waited(result.Waited);
        if (Array.FindIndex(result.Vectors, vector => !float.IsFinite(vector.Sum())) is >= 0 and var bad)
            work.Fail(new NotFiniteException(work.Model.Name, bad));
        else
            work.Succeed(result);
    }
}
