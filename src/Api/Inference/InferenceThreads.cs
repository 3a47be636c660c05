using System.Diagnostics;
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
    // On a processor eight pictures at a time are nearly as fast as any number, and two better than one. A turn should be soon over.
    private const int LeastTurn = 2, MostTurn = 8;
    private const double TurnSeconds = 0.2;

    // What takes no longer is not worth dividing.
    private const double UndividedSeconds = 0.004;

    // How often is looked whether the processors are free for what was held back.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(1);

    private readonly object gate = new(); // one that can be waited for
    private readonly FairQueue queue = new();
    private readonly Portions portions;
    private readonly ApiOptions options;
    private readonly InferenceMetrics metrics;
    private readonly Admission admission;
    private readonly ServiceRate rate = new();
    private readonly bool hasGpu;
    private readonly Thread[] threads;
    private readonly ThreadWatch[] watches;
    private int idle;
    private bool stopping;

    public InferenceThreads(IOptions<ApiOptions> options, InferenceMetrics metrics, Admission admission)
    {
        this.admission = admission;
        this.options = options.Value;
        this.metrics = metrics;
        hasGpu = Compute.HasGpu;
        portions = new(hasGpu ? 1 : this.options.InferenceThreads, rate);
        watches = [.. Enumerable.Range(0, hasGpu ? 1 : this.options.InferenceThreads).Select(_ => new ThreadWatch())];
        NativeHeap.Keep();
        Compute.UseThreads(hasGpu ? this.options.InferenceThreads : 1, pin: false);
        threads = [.. watches.Select((watch, i) => new Thread(() => Serve(watch)) { Name = $"inference {i}", IsBackground = true })];
        foreach (var thread in threads)
            thread.Start();
    }

    /// <summary>Batches that are computed at the same time.</summary>
    public int Count => threads.Length;

    /// <summary>That a thread hangs in something, and in what; null while all get on.</summary>
    public string? Hangs => watches.Select(watch => watch.Hangs).FirstOrDefault(hangs => hangs is not null);

    /// <summary>Pictures that wait for a thread.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return queue.Pictures;
        }
    }

    /// <summary>Embeds decoded pictures, in their order: at most a batch of them.</summary>
    /// <exception cref="OperationCanceledException">Their sender left before their turn came. What has begun is always waited for.</exception>
    public Task<InferenceResult> RunAsync(Caller caller, LoadedModel model, byte[][] chw, CancellationToken stop)
    {
        var work = new InferenceWork(caller, model, chw, stop);
        return WaitAsync(work, work.Result, stop);
    }

    /// <summary>Computes something else with tensors when its turn comes.</summary>
    /// <param name="caller">On whose account.</param>
    /// <param name="compute">Runs on an inference thread, alone.</param>
    /// <param name="stop">Its sender may leave before its turn comes.</param>
    /// <param name="pictures">What it counts, in pictures.</param>
    /// <exception cref="OperationCanceledException">Its sender left before its turn came. What has begun is always waited for.</exception>
    public Task<T> RunAsync<T>(Caller caller, Func<T> compute, CancellationToken stop, int pictures = 1)
    {
        var work = new TensorWork<T>(caller, pictures, compute, stop);
        return WaitAsync(work, work.Result, stop);
    }

    public void Dispose()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.PulseAll(gate);
        }

        foreach (var thread in threads)
            thread.Join();
        // What came between a thread's last look and now would be waited for in vain.
        lock (gate)
            while (queue.Take(1) is [var late, ..])
                late.Fail(new ObjectDisposedException(nameof(InferenceThreads)));
    }

    /// <summary>Queues it, and takes it out again as soon as its sender leaves: what nobody waits for takes nobody's place.</summary>
    private async Task<T> WaitAsync<T>(QueuedWork work, Task<T> result, CancellationToken stop)
    {
        lock (gate)
        {
            queue.Add(work);
            Monitor.Pulse(gate);
        }

        using var leaving = stop.UnsafeRegister(_ => Leave(work), null);
        return await result;
    }

    private void Leave(QueuedWork work)
    {
        bool waited;
        lock (gate)
            waited = queue.Remove(work);
        if (waited)
            work.DropIfAbandoned();
    }

    private void Serve(ThreadWatch watch)
    {
        while (Next() is { } works)
            Run([.. works.Where(work => !work.DropIfAbandoned())], watch);
    }

    /// <summary>Waits for a batch.</summary>
    /// <returns>Null when there will be none.</returns>
    private IReadOnlyList<QueuedWork>? Next()
    {
        lock (gate)
        {
            while (true)
            {
                var keys = queue.Keys.Or(admission.Keys);
                portions.Advance(Stopwatch.GetElapsedTime(0).TotalSeconds, keys);
                var works = queue.Take(Most(keys.All), portions);
                // What is left over is somebody's who has had their part. While other requests wait to be read, decoded or answered, a processor has better things to do.
                if (works.Count == 0 && !queue.IsEmpty && (hasGpu || stopping || ThreadPool.PendingWorkItemCount == 0))
                    works = queue.Take(Most(keys.All), portions, leftovers: true);
                if (works.Count > 0)
                    return works;
                if (stopping)
                    return null;
                idle++;
                Monitor.Wait(gate, queue.IsEmpty ? Timeout.InfiniteTimeSpan : Glance);
                idle--;
            }
        }
    }

    /// <summary>
    /// An equal part for each thread of what waits: half of it would lie idle if one took all, but for what is soon done, where another finds new work when it is free. Where several keys
    /// ask it is not more than a turn, or everybody's next picture would wait for all that the one who asks for most has in the queue; on a processor, larger batches are hardly faster.
    /// </summary>
    private int Most(int keys)
    {
        var turn = keys <= 1 || hasGpu ? options.InferenceBatch : Math.Min(options.InferenceBatch, (int)Math.Clamp(TurnSeconds / rate.Seconds, LeastTurn, MostTurn));
        var part = (queue.Pictures + threads.Length - 1) / threads.Length;
        var undivided = idle > 0 ? 1 : (int)Math.Min(queue.Pictures, UndividedSeconds / rate.Seconds);
        return Math.Clamp(Math.Max(part, undivided), 1, turn);
    }

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
        float[][] vectors;
        try
        {
            vectors = model.Network.Embed([.. works.SelectMany(work => work.Pictures)]);
        }
        catch (Exception) when (works.Length > 1)
        {
            // One of them may be the cause, and the others should not suffer for it.
            foreach (var work in works)
                Embed([work]);
            return;
        }
        catch (Exception) when (works[0].Pictures.Length > 1)
        {
            EmbedApart(works[0], waited[0], start);
            return;
        }
        catch (Exception e)
        {
            Answer(works[0], [[]], new() { [0] = e }, waited[0], Stopwatch.GetElapsedTime(start));
            return;
        }

        var took = Stopwatch.GetElapsedTime(start);
        model.Rate.Observe(vectors.Length, took);
        rate.Observe(vectors.Length, took);
        metrics.Ran(vectors.Length, took);
        var at = 0;
        foreach (var (work, wait) in works.Zip(waited))
        {
            Answer(work, vectors[at..(at + work.Pictures.Length)], [], wait, took);
            at += work.Pictures.Length;
        }
    }

    /// <summary>Finds out which of a work's pictures the network fails on, and embeds the others.</summary>
    private void EmbedApart(InferenceWork work, TimeSpan waited, long start)
    {
        var vectors = new float[work.Pictures.Length][];
        var faults = new Dictionary<int, Exception>();
        for (var i = 0; i < vectors.Length; i++)
        {
            try
            {
                vectors[i] = work.Model.Network.Embed([work.Pictures[i]])[0];
            }
            catch (Exception e)
            {
                (vectors[i], faults[i]) = ([], e);
            }
        }

        Answer(work, vectors, faults, waited, Stopwatch.GetElapsedTime(start));
    }

    private void Answer(InferenceWork work, float[][] vectors, Dictionary<int, Exception> faults, TimeSpan waited, TimeSpan took)
    {
        metrics.Waited(waited);
        for (var i = 0; i < vectors.Length; i++)
        {
            if (!float.IsFinite(vectors[i].Sum()))
                (vectors[i], faults[i]) = ([], new NotFiniteException(work.Model.Name));
        }

        work.Succeed(new InferenceResult(vectors, faults, waited, took));
    }
}
