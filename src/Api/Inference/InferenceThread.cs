using System.Diagnostics;
using ContrastiveService.Api.Errors;
using ContrastiveService.Training.Native;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// The one thread that computes with tensors: libtorch gives every thread that does a pool of its own, and its scopes do not follow an await. It never waits while
/// anything is queued, and takes as one batch whatever waits for the same model: the longer the queue, the larger the batch. Pictures of the next batch are decoded meanwhile.
/// </summary>
sealed class InferenceThread : IDisposable
{
    private readonly Lock gate = new();
    private readonly FairQueue queue = new();
    private readonly SemaphoreSlim queued = new(0);
    private readonly ApiOptions options;
    private readonly InferenceMetrics metrics;
    private readonly Thread thread;
    private readonly ThreadWatch watch = new();
    private volatile bool stopping;

    public InferenceThread(IOptions<ApiOptions> options, InferenceMetrics metrics)
    {
        this.options = options.Value;
        this.metrics = metrics;
        thread = new Thread(Serve) { Name = "inference", IsBackground = true };
        thread.Start();
    }

    /// <summary>That the thread hangs in something, and in what; null while it gets on.</summary>
    public string? Hangs => watch.Hangs;

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
        queued.Release();
        thread.Join();
        queued.Dispose();
    }

    private void Add(QueuedWork work)
    {
        lock (gate)
            queue.Add(work);
        queued.Release();
    }

    private void Serve()
    {
        Compute.UseThreads(options.InferenceThreads, pin: false);
        while (true)
        {
            queued.Wait();
            IReadOnlyList<QueuedWork> works;
            lock (gate)
                works = queue.Take(options.InferenceBatch);
            if (works.Count == 0)
            {
                // What this signal stood for went with an earlier batch.
                if (stopping)
                    return;
                continue;
            }

            Run([.. works.Where(work => !work.DropIfAbandoned())]);
        }
    }

    private void Run(IReadOnlyList<QueuedWork> works)
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
