using System.Security.Cryptography;
using ContrastiveService.Storage.Chunks;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Weights;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class WeightsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Chunk = 4 << 20;

    readonly WeightsStore weights = database.Get<WeightsStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static NewWeights New(string name) => new(name, "torch", 3, 1234, 99, [1, 2, 3]);

    static byte[] Random(int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        return content;
    }

    [Fact]
    public async Task What_is_read_is_what_was_written()
    {
        var (name, content) = (Samples.NewName(), Random(Chunk + 12345));

        await weights.CreateAsync(New(name), new MemoryStream(content), Cancel);

        var stored = (await weights.GetAsync(name, Cancel)).ShouldNotBeNull();
        (stored.Format, stored.Tensors, stored.Parameters, stored.Bytes, stored.UploadBytes, stored.UploadSha256).ShouldBe(("torch", 3, 1234L, (long)content.Length, 99L, "010203"));
        stored.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(content)));
        await using var stream = await weights.OpenReadAsync(name, Cancel);
        stream.Position = Chunk - 5;
        var read = new byte[20];
        await stream.ReadExactlyAsync(read, Cancel);
        read.ShouldBe(content[(Chunk - 5)..(Chunk + 15)]);
        (await weights.ListAsync(name[..^1], 1000, Cancel)).Select(w => w.Name).ShouldContain(name);
        (await weights.ListAsync(name, 1000, Cancel)).Select(w => w.Name).ShouldNotContain(name);
    }

    [Fact]
    public async Task A_name_is_taken_once_and_the_content_never_changes()
    {
        var name = Samples.NewName();
        await weights.CreateAsync(New(name), new MemoryStream([1]), Cancel);
        var before = await ChunksAsync();

        (await Should.ThrowAsync<NameTakenException>(() => weights.CreateAsync(New(name), new MemoryStream([2]), Cancel))).Message.ShouldContain(name);

        (await ChunksAsync()).ShouldBe(before);
        await using var stream = await weights.OpenReadAsync(name, Cancel);
        stream.ReadByte().ShouldBe(1);
    }

    [Fact]
    public async Task A_source_that_breaks_off_leaves_nothing()
    {
        var (name, before) = (Samples.NewName(), await ChunksAsync());

        await Should.ThrowAsync<IOException>(() => weights.CreateAsync(New(name), new PseudoRandomStream(3 * Chunk, breakAt: 2 * Chunk + 5), Cancel));

        (await weights.GetAsync(name, Cancel)).ShouldBeNull();
        (await ChunksAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Weights_in_use_cannot_be_deleted_and_those_that_are_gone_start_no_job()
    {
        var name = Samples.NewName();
        await weights.CreateAsync(New(name), new MemoryStream([1, 2]), Cancel);
        var job = await StartAsync(name);
        (await Should.ThrowAsync<InUseException>(() => weights.DeleteAsync(name, Cancel))).Message.ShouldContain(job.Id.ToString());
        await database.Get<TrainingJobStore>().RequestCancelAsync(job.Id, Cancel);

        (await weights.DeleteAsync(name, Cancel)).ShouldBeTrue();

        (await weights.DeleteAsync(name, Cancel)).ShouldBeFalse();
        (await Should.ThrowAsync<NotFoundException>(() => weights.OpenReadAsync(name, Cancel))).Message.ShouldContain("Upload them again");
        await Should.ThrowAsync<NotFoundException>(() => StartAsync(name));
    }

    [Fact]
    public async Task A_damaged_chunk_is_not_read()
    {
        var name = Samples.NewName();
        var stored = await weights.CreateAsync(New(name), new MemoryStream(Random(100)), Cancel);
        await database.Get<Database>().ExecuteAsync("update weights_chunk set bytes = set_byte(bytes, 50, 255 - get_byte(bytes, 50)) where weights_id = @Id", new { stored.Id }, Cancel);
        await using var stream = await weights.OpenReadAsync(name, Cancel);

        Should.Throw<DamagedContentException>(() => stream.ReadByte()).Message.ShouldContain("Weights");
    }

    async Task<TrainingJob> StartAsync(string name)
    {
        var plan = $$$"""{"method":{"type":"simclr"},"backbone":{"type":"seed-convnet","pretrained":"{{{name}}}"}}""";
        var job = (await Samples.NewJobAsync(database)) with { Plan = plan, Pretrained = name };
        return (await database.Get<TrainingJobStore>().CreateAsync(job, null, "hash", Cancel)).Job;
    }

    Task<long> ChunksAsync() => database.Get<Database>().FirstAsync<long>("select count(*) from weights_chunk", null, Cancel);
}
