using ContrastiveService.Training.Data;

namespace ContrastiveService.Training.Tests.Data;

public sealed class ImageStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("image-store-").FullName;

    private string Store => Path.Combine(folder, "store.u8");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_was_added_comes_back_in_any_order()
    {
        Build(20);
        using var store = ImageStore.Open(Store);
        store.Records.Count.ShouldBe(20);
        store.Classes.ShouldBe(["even", "odd"]);
        store.Labels.Take(3).ShouldBe([0, 1, 0]);
        using var pixels = store.Gather([7, 0, 7]);
        pixels.shape.ShouldBe([3, 1, 4, 4]);
        pixels.bytes.ToArray().ShouldBe([.. Enumerable.Repeat((byte)7, 16), .. Enumerable.Repeat((byte)0, 16), .. Enumerable.Repeat((byte)7, 16)]);
    }

    [Fact]
    public void Pixels_that_need_no_decoding_are_kept_as_they_are()
    {
        using (var builder = new ImageStoreBuilder(Store, 2, 3))
        {
            builder.AddDecoded(new ImageRecord("a", "x", "d", "test"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
            Should.Throw<ArgumentException>(() => builder.AddDecoded(new ImageRecord("b", null, null, null), [1, 2, 3])).Message.ShouldContain("3 bytes");
            builder.Finish();
        }

        using var store = ImageStore.Open(Store);
        using var pixels = store.Gather([0]);
        store.Records.ShouldHaveSingleItem().Domain.ShouldBe("d");
        pixels.bytes.ToArray().ShouldBe([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }

    [Fact]
    public void Every_byte_of_a_store_that_is_flushed_while_it_is_written_is_there()
    {
        const int side = 128, pictures = 2500, bytes = 3 * side * side; // 117 MiB, of which every 32 go to the disk meanwhile
        using (var builder = new ImageStoreBuilder(Store, side, 3))
        {
            for (var i = 0; i < pictures; i++)
                builder.AddDecoded(new ImageRecord($"{i}", null, null, null), Picture(i));
            builder.Finish();
        }

        using var written = File.OpenRead(Store);
        written.Length.ShouldBe((long)pictures * bytes);
        var read = new byte[bytes];
        for (var i = 0; i < pictures; i++)
        {
            written.ReadExactly(read);
            read.AsSpan().SequenceEqual(Picture(i)).ShouldBeTrue($"picture {i}");
        }

        static byte[] Picture(int i)
        {
            var picture = new byte[bytes];
            new Random(i).NextBytes(picture);
            return picture;
        }
    }

    [Fact]
    public void A_store_that_was_not_finished_is_absent_and_leaves_nothing()
    {
        using (var builder = new ImageStoreBuilder(Store, 4, 1))
            Add(builder, 1);
        ImageStoreBuilder.Exists(Store).ShouldBeFalse();
        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_damaged_picture_is_refused_and_the_rest_kept()
    {
        using (var builder = new ImageStoreBuilder(Store, 4, 1))
        {
            Add(builder, 1);
            Should.Throw<ImageFormatException>(() => builder.Add(new("bad", null, null, null), "no picture"u8));
            Add(builder, 2);
            builder.Finish();
        }

        using var store = ImageStore.Open(Store);
        store.Records.Count.ShouldBe(2);
    }

    [Fact]
    public void Two_builders_of_one_store_do_not_disturb_each_other()
    {
        using var one = new ImageStoreBuilder(Store, 4, 1);
        using var other = new ImageStoreBuilder(Store, 4, 1);
        for (var i = 0; i < 5; i++)
        {
            Add(one, i);
            Add(other, i);
        }

        one.Finish();
        using var store = ImageStore.Open(Store);
        other.Finish();
        using var pixels = store.Gather([4]);
        pixels.bytes[0].ShouldBe((byte)4);
        using var again = ImageStore.Open(Store);
        again.Records.Count.ShouldBe(5);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused()
    {
        Build(3);
        File.AppendAllText(Store, "x");
        Should.Throw<InvalidDataException>(() => ImageStore.Open(Store)).Message.ShouldContain("Delete both");
    }

    [Fact]
    public void An_index_that_was_cut_off_is_refused()
    {
        Build(3);
        var index = Store + ".index";
        File.WriteAllBytes(index, File.ReadAllBytes(index)[..^2]);
        Should.Throw<InvalidDataException>(() => ImageStore.Open(Store)).Message.ShouldContain("made again");
        File.WriteAllText(index, "no index at all");
        Should.Throw<InvalidDataException>(() => ImageStore.Open(Store)).Message.ShouldContain("made again");
    }

    [Fact]
    public void Every_text_of_a_record_comes_back()
    {
        ImageRecord[] records = [new("a/0.png", "cat", "photo", "train", "g1"), new("ä/1.png", null, null, null), new("2", "", "photo", "test", "g1"), new("3", "photo", "cat", "val", "g2")];
        using (var builder = new ImageStoreBuilder(Store, 1, 1))
        {
            foreach (var record in records)
                builder.AddDecoded(record, [0]);
            builder.Finish();
        }

        using var store = ImageStore.Open(Store);
        store.Records.ShouldBe(records);
    }

    [Fact]
    public void Pictures_are_copied_into_the_callers_memory_from_either_part()
    {
        Build(6);
        using var joined = ImageStore.Join(ImageStore.Open(Store), ImageStore.Open(Store));
        var memory = new byte[3 * 16];

        joined.Gather([8, 5, 6], memory);

        memory.ShouldBe([.. Enumerable.Repeat((byte)2, 16), .. Enumerable.Repeat((byte)5, 16), .. Enumerable.Repeat((byte)0, 16)]);
        Should.Throw<ArgumentException>(() => joined.Gather([1, 2], memory)).Message.ShouldContain("take 32 bytes, not 48");
        Should.Throw<ArgumentOutOfRangeException>(() => joined.Gather([0, 1, 12], memory));
        Should.Throw<ArgumentOutOfRangeException>(() => joined.Gather([0, 1, -1], memory));
    }

    [Fact]
    public void A_store_larger_than_memory_opens_and_gives_its_last_picture()
    {
        const int size = 1024, each = 3 * size * size;
        var count = (int)(2 * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / each);
        new ImageStoreIndex(size, 3, [.. Enumerable.Range(0, count).Select(i => new ImageRecord($"{i}", null, null, null))]).Write(Store + ".index");
        using (var pixels = File.Create(Store))
        {
            // A hole, which takes no space.
            pixels.SetLength((long)count * each);
            pixels.Position = pixels.Length - 1;
            pixels.WriteByte(7);
        }

        using var store = ImageStore.Open(Store);
        using var picture = store.Gather([count - 1]);
        picture.bytes[^1].ShouldBe((byte)7);
        picture.bytes[0].ShouldBe((byte)0);
    }

    [Fact]
    public void Deleting_a_store_that_is_open_leaves_it_readable()
    {
        Build(3);
        using var store = ImageStore.Open(Store);
        File.Delete(Store);
        using var pixels = store.Gather([2]);
        pixels.bytes[0].ShouldBe((byte)2);
    }

    [Fact]
    public void A_share_is_held_out_for_validation_and_the_test_split_is_left_alone()
    {
        using (var builder = new ImageStoreBuilder(Store, 4, 1))
        {
            for (var i = 0; i < 50; i++)
                builder.Add(new($"{i}", null, null, i < 40 ? null : "test"), Picture(i));
            builder.Finish();
        }

        using var store = ImageStore.Open(Store);
        var splits = Splits.Of(store, 1, 0.1);
        splits.Validation.Length.ShouldBe(4);
        splits.Train.Concat(splits.Validation).Order().ShouldBe(Enumerable.Range(0, 40).Select(i => (long)i));
        splits.Test.ShouldBe(Enumerable.Range(40, 10).Select(i => (long)i));
        Splits.Of(store, 1, 0.1).Validation.ShouldBe(splits.Validation);
        Splits.Of(store, 2, 0.1).Validation.ShouldNotBe(splits.Validation);
    }

    private static byte[] Picture(int i) => Pictures.Encode(Pictures.Grey(4, 4, (_, _) => (byte)i));

    private static void Add(ImageStoreBuilder builder, int i) => builder.Add(new($"{i}", i % 2 == 0 ? "even" : "odd", null, null), Picture(i));

    private void Build(int count)
    {
        using var builder = new ImageStoreBuilder(Store, 4, 1);
        for (var i = 0; i < count; i++)
            Add(builder, i);
        builder.Finish();
    }
}
