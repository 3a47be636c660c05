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
            var leases = cache.LeaseLoaded();
            try
            {
                foreach (var lease in leases)
                    found ??= await TryAsync(lease.Model, stoppingToken);
            }
            finally
            {
                foreach (var lease in leases)
                    lease.Dispose();
            }

            fault = found;
        }
    }

    private async Task<string?> TryAsync(LoadedModel model, CancellationToken stop)
    {
        var preprocessing = model.Network.Preprocessing;
        try
        {
            var running = inference.RunAsync(Caller.Itself, model, [GoldenPicture.Of(preprocessing.Channels, preprocessing.Size)], stop);
            while (await Task.WhenAny(running, Task.Delay(Look, stop)) != running)
            {
                // It may take its turn behind others as long as the thread gets on with them.
                if (inference.Hangs is { } hangs)
                    return hangs;
                stop.ThrowIfCancellationRequested();
            }

            var wrong = GoldenPicture.Compare((await running).Vectors[0], model.Card.Golden);
            return wrong is null ? null : $"{model.Name} does not compute what it did when it was stored: of the golden picture's vector, {wrong}.";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"{model.Name} fails: {e.Message}";
        }
    }
}
