using System.Security.Cryptography;
using ContrastiveService.Storage.Chunks;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class CheckpointTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Chunk = 4 << 20;

    readonly CheckpointStore checkpoints = database.Get<CheckpointStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(2 * Chunk + 12345)]
    public async Task What_is_read_is_what_was_written(int bytes)
    {
        var lease = await Samples.ClaimedAsync(database);
        var content = Random(bytes);

        var id = await checkpoints.SaveAsync(lease, new CheckpointInfo(2, 20, 0.5), new MemoryStream(content), 3, Cancel);

        var checkpoint = (await checkpoints.GetAsync(id!.Value, Cancel))!;
        (checkpoint.JobId, checkpoint.Epoch, checkpoint.Step, checkpoint.Score, checkpoint.Bytes, checkpoint.Pinned).ShouldBe((lease.JobId, 2, 20L, 0.5, (long)bytes, false));
        checkpoint.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(content)));
        await using var stream = await checkpoints.OpenReadAsync(id.Value, Cancel);
        stream.Length.ShouldBe(bytes);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        copy.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await Samples.EventsAsync(database, lease.JobId)).ShouldBe(["queued", "started", "checkpoint"]);
    }

    [Fact]
    public async Task A_checkpoint_is_read_from_anywhere()
    {
        var lease = await Samples.ClaimedAsync(database);
        var content = Random(2 * Chunk + 777);
        var id = await checkpoints.SaveAsync(lease, new CheckpointInfo(1, 1, null), new MemoryStream(content), 3, Cancel);
        await using var stream = await checkpoints.OpenReadAsync(id!.Value, Cancel);
        var random = new Random(1);

        for (var i = 0; i < 40; i++)
        {
            var (position, count) = (random.Next(content.Length), random.Next(1, 3000));
            position = i % 4 == 0 ? Chunk * (1 + i % 2) - count / 2 : position;
            _ = (i % 3) switch
            {
                0 => stream.Seek(position, SeekOrigin.Begin),
                1 => stream.Seek(position - stream.Position, SeekOrigin.Current),
                _ => stream.Seek(position - stream.Length, SeekOrigin.End),
            };
            var expected = content.AsSpan(position, Math.Min(count, content.Length - position)).ToArray();
            var actual = new byte[expected.Length];
            if (i % 2 == 0)
                stream.ReadExactly(actual);
            else
                await stream.ReadExactlyAsync(actual, Cancel);
            actual.ShouldBe(expected);
        }
        stream.Position = stream.Length + 10;
        (await stream.ReadAsync(new byte[1], Cancel)).ShouldBe(0);
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Seek(-1, SeekOrigin.Begin));
    }

    [Fact]
    public async Task A_checkpoint_whose_source_breaks_off_leaves_nothing()
    {
        var lease = await Samples.ClaimedAsync(database);
        await checkpoints.SaveAsync(lease, new CheckpointInfo(1, 10, null), new MemoryStream([1, 2, 3]), 1, Cancel);
        var before = await ChunksAsync();

        await Should.ThrowAsync<IOException>(() => checkpoints.SaveAsync(lease, new CheckpointInfo(2, 20, null), new PseudoRandomStream(3 * Chunk, breakAt: 2 * Chunk + 5), 1, Cancel));

        (await checkpoints.ListAsync(lease.JobId, Cancel)).ShouldHaveSingleItem().Step.ShouldBe(10);
        (await ChunksAsync()).ShouldBe(before);
        (await Samples.EventsAsync(database, lease.JobId)).ShouldBe(["queued", "started", "checkpoint"]);
    }

    [Fact]
    public async Task A_checkpoint_whose_lease_is_lost_on_the_way_leaves_nothing()
    {
        var lease = await Samples.ClaimedAsync(database);
        await Samples.RunOutAsync(database, lease.JobId);
        var before = await ChunksAsync();
        // Another worker takes the job while the first one is still uploading.
        var content = new PseudoRandomStream(2 * Chunk, at: Chunk, then: () => database.Get<JobLeaseStore>().ClaimAsync(lease.JobId, "worker-2", Samples.Lease, Cancel));

        (await checkpoints.SaveAsync(lease, new CheckpointInfo(1, 10, null), content, 3, Cancel)).ShouldBeNull();

        content.Position.ShouldBe(content.Length);
        (await checkpoints.ListAsync(lease.JobId, Cancel)).ShouldBeEmpty();
        (await ChunksAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("update checkpoint_chunk set bytes = set_byte(bytes, 100, get_byte(bytes, 100) # 1) where checkpoint_id = @id and number = 1", "not what was written")]
    [InlineData("update checkpoint_chunk set bytes = substring(bytes for 1000) where checkpoint_id = @id and number = 1", "not what was written")]
    [InlineData("delete from checkpoint_chunk where checkpoint_id = @id and number = 1", "lacks chunk 1")]
    public async Task A_damaged_chunk_is_noticed(string damage, string message)
    {
        var lease = await Samples.ClaimedAsync(database);
        var content = Random(Chunk + 5000);
        var id = await checkpoints.SaveAsync(lease, new CheckpointInfo(1, 1, null), new MemoryStream(content), 3, Cancel);
        await database.Get<Database>().ExecuteAsync(damage, new { id }, Cancel);
        await using var stream = await checkpoints.OpenReadAsync(id!.Value, Cancel);

        var whole = new byte[Chunk];
        await stream.ReadExactlyAsync(whole, Cancel);
        var damaged = await Should.ThrowAsync<DamagedContentException>(() => stream.ReadAsync(new byte[10], Cancel).AsTask());

        whole.AsSpan().SequenceEqual(content.AsSpan(0, Chunk)).ShouldBeTrue();
        damaged.Message.ShouldContain(message);
        Should.Throw<DamagedContentException>(() => stream.Read(new byte[10]));
    }

    [Fact]
    public async Task Pruning_keeps_the_newest_and_the_best()
    {
        var lease = await Samples.ClaimedAsync(database);
        double?[] scores = [0.1, 0.9, 0.3, null, 0.4, double.NaN];

        for (var i = 0; i < scores.Length; i++)
            await checkpoints.SaveAsync(lease, new CheckpointInfo(i + 1, (i + 1) * 10, scores[i]), new MemoryStream([1]), 2, Cancel);

        (await checkpoints.ListAsync(lease.JobId, Cancel)).Select(c => (c.Epoch, c.Score)).ShouldBe([(6, null), (5, 0.4), (2, 0.9)]);
        (await checkpoints.LatestAsync(lease.JobId, Cancel))!.Epoch.ShouldBe(6);
        (await checkpoints.BestAsync(lease.JobId, Cancel))!.Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task Without_scores_the_newest_is_the_best()
    {
        var lease = await Samples.ClaimedAsync(database);
        (await checkpoints.BestAsync(lease.JobId, Cancel)).ShouldBeNull();
        (await checkpoints.LatestAsync(lease.JobId, Cancel)).ShouldBeNull();

        for (var i = 1; i <= 3; i++)
            await checkpoints.SaveAsync(lease, new CheckpointInfo(i, i, null), new MemoryStream([1]), 1, Cancel);

        (await checkpoints.ListAsync(lease.JobId, Cancel)).ShouldHaveSingleItem().Epoch.ShouldBe(3);
        (await checkpoints.BestAsync(lease.JobId, Cancel))!.Epoch.ShouldBe(3);
    }

    [Fact]
    public async Task A_checkpoint_of_the_same_step_takes_the_place_of_the_first()
    {
        var lease = await Samples.ClaimedAsync(database);
        var first = await checkpoints.SaveAsync(lease, new CheckpointInfo(1, 10, null), new MemoryStream([1]), 3, Cancel);

        var second = await checkpoints.SaveAsync(lease, new CheckpointInfo(1, 10, 0.5), new MemoryStream([2]), 3, Cancel);

        var kept = (await checkpoints.ListAsync(lease.JobId, Cancel)).ShouldHaveSingleItem();
        (kept.Id, kept.Score).ShouldBe((second!.Value, 0.5));
        await Should.ThrowAsync<NotFoundException>(() => checkpoints.OpenReadAsync(first!.Value, Cancel));
    }

    static byte[] Random(int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        return content;
    }

    Task<long> ChunksAsync() => database.Get<Database>().FirstAsync<long>("select count(*) from checkpoint_chunk", null, Cancel);
}
