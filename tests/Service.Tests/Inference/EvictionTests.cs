using System.Net.Http.Json;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Service.Tests.Inference;

/// <summary>Which of three models goes when there is memory for two.</summary>
[Collection(RunningService.Name)]
public sealed class EvictionTests(ServiceFixture service)
{
    private static readonly string Uri = TestPictures.DataUri(TrainedModel.Picture(40));

    [Fact]
    public async Task The_one_used_longest_ago_goes()
    {
        var (lab, a, b, c) = await StartAsync();
        await using var _ = lab;
        await UseAsync(lab, a, b, a, c);
        await LoadedAsync(lab, a, c);
        await UseAsync(lab, b);
        await LoadedAsync(lab, b, c);
    }

    [Fact]
    public async Task One_in_use_stays_however_long_ago_that_began_and_goes_when_it_is_not_used_any_more()
    {
        var (lab, a, b, c) = await StartAsync();
        await using var _ = lab;
        using var used = await lab.Models.LeaseAsync(await VersionAsync(lab, a), CancellationToken.None);
        await UseAsync(lab, b, c);
        await LoadedAsync(lab, a, c);
        using var also = await lab.Models.LeaseAsync(await VersionAsync(lab, b), CancellationToken.None);
        using var third = await lab.Models.LeaseAsync(await VersionAsync(lab, c), CancellationToken.None);
        await LoadedAsync(lab, a, b, c); // beyond the budget: all are in use
        used.Model.Network.Embed([new byte[28 * 28]]).Length.ShouldBe(1, "it is still whole");

        used.Dispose();

        await LoadedAsync(lab, b, c);
    }

    [Fact]
    public async Task Looking_after_them_is_no_use_and_saves_none_and_costs_none_its_place()
    {
        var (lab, a, b, c) = await StartAsync();
        await using var _ = lab;
        await UseAsync(lab, a, b, a);
        var watched = lab.Models.LeaseLoaded();
        watched.Count.ShouldBe(2);
        await UseAsync(lab, c);
        await LoadedAsync(lab, a, b, c); // b has to go and is being looked at: nobody goes instead

        // In whatever order the looking ends.
        foreach (var lease in watched.OrderBy(lease => lease.Model.Name == b))
            lease.Dispose();

        await LoadedAsync(lab, a, c);
        watched[0].Dispose(); // a second time does no harm
        await UseAsync(lab, b);
        await LoadedAsync(lab, b, c);
    }

    private async Task<(ServingLab Lab, string A, string B, string C)> StartAsync()
    {
        var (model, other) = (await service.ModelAsync(), await service.CalibratedModelAsync());
        string[] names = [$"{model.Name}:1", $"{model.Name}:2", $"{other.Name}:1"];
        long bytes;
        await using (var all = await ServingLab.StartAsync(service))
        {
            await UseAsync(all, names);
            bytes = (long)await all.FigureAsync("contrastive_loaded_model_bytes");
        }

        // They are of one architecture.
        return (await ServingLab.StartAsync(service, FormattableString.Invariant($"--Api:ModelMemoryBytes={(bytes * 2 / 3) + 1}")), names[0], names[1], names[2]);
    }

    private static async Task UseAsync(ServingLab lab, params string[] models)
    {
        foreach (var model in models)
            await lab.Http.PostAsJsonAsync("/api/v1/embeddings", new { model, input = Uri }).JsonAsync();
    }

    private static async Task<ModelVersion> VersionAsync(ServingLab lab, string model) =>
        (await lab.Service<ModelStore>().ResolveAsync(model, CancellationToken.None)).ShouldNotBeNull();

    // The server looks after its models as well every two seconds, which may delay one's going.
    private static async Task LoadedAsync(ServingLab lab, params string[] expected)
    {
        expected = [.. expected.Order(StringComparer.Ordinal)];
        await Eventually.Is($"{string.Join(", ", expected)} to be loaded", () => Task.FromResult(lab.Loaded().SequenceEqual(expected)));
    }
}
