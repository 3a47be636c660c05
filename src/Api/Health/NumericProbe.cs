using ContrastiveService.Api.Inference;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Health;

/// <summary>
/// Every few seconds puts the golden picture through every loaded model, on the way that everybody's pictures go, and compares what comes out with what the model's
/// card says. A device that computes wrongly, or an inference thread that hangs, is known within ten seconds.
/// </summary>
sealed class NumericProbe(ModelCache cache, InferenceThreads inference) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2), Look = TimeSpan.FromMilliseconds(500);

    private volatile string? fault;

    /// <summary>What is wrong, or null.</summary>
    public string? Fault => inference.Hangs ?? fault;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            string? found = null;
            foreach (var lease in cache.LeaseLoaded())
            {
                if (found is null)
                    found = await TryAsync(lease, stoppingToken);
                else
                    lease.Dispose();
            }

            fault = found;
        }
    }

    private async Task<string?> TryAsync(ModelLease lease, CancellationToken stop)
    {
        var model = lease.Model;
        var preprocessing = model.Network.Preprocessing;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = inference.RunAsync(Caller.Itself, model, [GoldenPicture.Of(preprocessing.Channels, preprocessing.Size)], end.Token);
        // Not when this returns: a thread that hangs in the model still uses it.
        _ = running.ContinueWith(_ => lease.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            while (await Task.WhenAny(running, Task.Delay(Look, stop)) != running)
            {
                // It may take its turn behind others as long as the thread gets on with them.
                if (inference.Hangs is { } hangs)
                {
                    await end.CancelAsync();
                    return hangs;
                }

                stop.ThrowIfCancellationRequested();
            }

            var result = await running;
            if (result.Faults.TryGetValue(0, out var fails))
                return $"{model.Name} fails: {fails.Message}";
            var wrong = GoldenPicture.Compare(result.Vectors[0], model.Card.Golden);
            return wrong is null ? null : $"{model.Name} does not compute what it did when it was stored: of the golden picture's vector, {wrong}.";
        }
        catch (OperationCanceledException)
        {
            return null; // the server stops
        }
        catch (Exception e)
        {
            return $"{model.Name} fails: {e.Message}";
        }
    }
}
