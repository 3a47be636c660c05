using ContrastiveService.Api.Inference;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Service.Tests.Inference;

/// <summary>How much goes through a network at once.</summary>
[Collection(RunningService.Name)]
public sealed class TurnTests(ServiceFixture service)
{
    [Fact]
    public async Task One_key_alone_fills_a_batch_and_beside_others_it_takes_turns()
    {
        var model = await service.ModelAsync();
        await using var lab = await ServingLab.StartAsync(service, "--Api:InferenceThreads=1", "--Api:InferenceBatch=128");
        var version = (await lab.Service<ModelStore>().ResolveAsync(model.Name, CancellationToken.None)).ShouldNotBeNull();
        using var lease = await lab.Models.LeaseAsync(version, CancellationToken.None);

        // The service itself looks after the model's health from time to time, which is another key.
        await Eventually.Is("a key alone to fill a batch", async () => await BatchesAsync(("flood", 64)) == 1);
        (await BatchesAsync(("flood", 64), ("late", 1))).ShouldBeGreaterThanOrEqualTo(2, "eight at most while both wait, and then the rest of the flood");

        async Task<double> BatchesAsync(params (string Key, int Works)[] waiting)
        {
            const string count = "contrastive_batch_pictures_count";
            using var hold = new ManualResetEventSlim();
            var held = lab.HoldAll(hold);
            Task<InferenceResult>[] works = [.. waiting.SelectMany(w => Enumerable.Range(0, w.Works).Select(_ => lab.Threads.RunAsync(
                new Caller(w.Key, RequestClass.Interactive, Timeout.InfiniteTimeSpan), lease.Model, [new byte[28 * 28]], CancellationToken.None)))];
            var before = await lab.FigureAsync(count);
            hold.Set();
            await held;
            await Task.WhenAll(works);
            return await lab.FigureAsync(count) - before;
        }
    }
}
