using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

/// <summary>Collections for tests that are about something else.</summary>
static class CollectionSamples
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A model version with vectors of one number, or of this width.</summary>
    public static async Task<ModelVersion> VersionAsync(TestDatabase database, int width = 1)
    {
        var lease = await Samples.ClaimedAsync(database);
        var checkpoint = await database.Get<CheckpointStore>().SaveAsync(lease, new CheckpointInfo(1, 1, 0.5), new MemoryStream([1, 2, 3]), keep: 2, Cancel);
        return (await database.Get<ModelStore>().RegisterAsync(lease, Samples.NewName(), checkpoint!.Value, "{}", "{}", width, Cancel))!;
    }

    public static async Task<Collection> CollectionAsync(TestDatabase database) =>
        await database.Get<CollectionStore>().CreateAsync(Samples.NewName(), (await VersionAsync(database)).Id, half: false, Cancel);
}
