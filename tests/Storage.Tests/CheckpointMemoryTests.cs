using System.Security.Cryptography;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

/// <summary>What is measured here is the whole process's: no other test may run beside it.</summary>
[CollectionDefinition(nameof(CheckpointMemoryTests), DisableParallelization = true)]
[Collection(nameof(CheckpointMemoryTests))]
public sealed class CheckpointMemoryTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Chunk = 4 << 20;

    readonly CheckpointStore checkpoints = database.Get<CheckpointStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Memory_stays_flat_however_large_a_checkpoint_is()
    {
        const long bytes = 200L << 20;
        var lease = await Samples.ClaimedAsync(database);
        await checkpoints.SaveAsync(lease, new CheckpointInfo(1, 1, null), new PseudoRandomStream(Chunk), 1, Cancel);
        var (allocated, resident) = (GC.GetTotalAllocatedBytes(precise: true), Environment.WorkingSet);

        var id = await checkpoints.SaveAsync(lease, new CheckpointInfo(2, 2, null), new PseudoRandomStream(bytes), 1, Cancel);
        await using var stream = await checkpoints.OpenReadAsync(id!.Value, Cancel);
        var sha256 = await SHA256.HashDataAsync(stream, Cancel);

        (GC.GetTotalAllocatedBytes(precise: true) - allocated).ShouldBeLessThan(48 << 20);
        (Environment.WorkingSet - resident).ShouldBeLessThan(96 << 20);
        Convert.ToHexStringLower(sha256).ShouldBe((await checkpoints.GetAsync(id.Value, Cancel))!.Sha256);
        stream.Length.ShouldBe(bytes);
    }
}
