using System.IO.Compression;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class ZipTests(ServiceFixture service)
{
    private static readonly byte[] Picture = TestPictures.Bar(1, 0);

    [Fact]
    public async Task A_table_of_contents_of_many_sections_is_read_to_its_end()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        // More entries than the old end record can count, most of them folders, which cost nothing.
        var import = await set.ImportAsync(TestArchives.Zip([.. Enumerable.Range(0, 70_000).Select(i => (i % 1000 == 999 ? $"cat/{i}.png" : $"{i}/", i % 1000 == 999 ? Picture : []))]));

        (import.Text("state"), import.Number("added"), import.Number("rejected")).ShouldBe(("succeeded", 70, 0));
        (await set.ItemsAsync()).Select(i => i.Text("key")).ShouldBe(Enumerable.Range(0, 70).Select(i => $"cat/{i}999.png".Replace("cat/0", "cat/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Packed_entries_with_sizes_behind_them_are_read()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        using var archive = new MemoryStream();
        // A stream that cannot go back makes the writer put sizes and checksum behind each entry.
        await using (var oneWay = new OneWayStream(archive))
        await using (var zip = new ZipArchive(oneWay, ZipArchiveMode.Create))
        {
            for (var i = 0; i < 3; i++)
            {
                await using var entry = zip.CreateEntry($"cat/{i}.png", CompressionLevel.Optimal).Open();
                await entry.WriteAsync(TestPictures.Bar(i, 0));
            }
        }

        (await set.ImportAsync(archive.ToArray())).Number("added").ShouldBe(3);
        (await service.Http.GetByteArrayAsync($"{set.Path}/items/cat/2.png/image")).ShouldBe(TestPictures.Bar(2, 0));
    }

    [Fact]
    public async Task An_encrypted_entry_is_listed_and_the_others_kept()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var archive = TestArchives.Zip(("a/open.png", Picture), ("a/locked.png", Picture));
        // The lowest flag says that an entry is encrypted; it stands 38 bytes before the name in the table of contents, at the end.
        archive[archive.AsSpan().LastIndexOf("a/locked.png"u8) - 38] |= 1;
        var import = await set.ImportAsync(archive);

        (import.Number("added"), import.Number("rejected")).ShouldBe((1, 1));
        (await set.RejectsAsync())["a/locked.png"].ShouldBe("It is encrypted.");
    }

    [Theory]
    [InlineData(46, "a record of the table")]
    [InlineData(10, "the number of entries")]
    public async Task A_damaged_table_of_contents_fails_the_import(int beforeEnd, string what)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var archive = TestArchives.Zip(("a/1.png", Picture));
        archive[^(beforeEnd == 10 ? 12 : 22 + "a/1.png".Length + 46)] ^= 2;
        var import = await set.ImportAsync(archive);

        import.Text("state").ShouldBe("failed", what);
        import.Text("error").ShouldNotBeNull().ShouldContain("table of contents");
    }

    private sealed class OneWayStream(Stream target) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer, offset, count);

        public override void Flush() => target.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
