using ContrastiveService.Training.Data;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Data;

public sealed class RowFeedTests : IDisposable
{
    private const int Side = 4, Pictures = 50, Step = 6;

    private readonly string folder = Directory.CreateTempSubdirectory("row-feed-").FullName;
    private readonly ImageStore images;

    public RowFeedTests()
    {
        var path = Path.Combine(folder, "store");
        using (var builder = new ImageStoreBuilder(path, Side, 1))
        {
            for (var i = 0; i < Pictures; i++)
                builder.AddDecoded(new ImageRecord($"{i}", null, null, null), [.. Enumerable.Repeat((byte)i, Side * Side)]);
            builder.Finish();
        }

        images = ImageStore.Open(path);
    }

    [Fact]
    public void Every_step_gets_its_own_pictures_whether_they_were_fetched_ahead_or_not()
    {
        using var feed = new RowFeed(images, CPU, Step);
        for (var step = 0; step < 40; step++)
        {
            Shown(feed.Take(Rows(step))).ShouldBe(Rows(step));
            if (step % 3 != 2)
                feed.Ahead(Rows(step + 1));
        }

        feed.Waited.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public void Fetching_ahead_leaves_the_step_that_is_under_way_alone()
    {
        using var feed = new RowFeed(images, CPU, Step);
        var now = feed.Take(Rows(0));
        feed.Ahead(Rows(1));

        var next = feed.Take(Rows(1)); // the copy is done

        Shown(now).ShouldBe(Rows(0));
        Shown(next).ShouldBe(Rows(1));
    }

    [Fact]
    public void A_step_that_wants_others_than_were_fetched_gets_what_it_wants()
    {
        using var feed = new RowFeed(images, CPU, Step);
        feed.Take(Rows(0));
        feed.Ahead(Rows(1));

        Shown(feed.Take(Rows(7))).ShouldBe(Rows(7));
    }

    [Fact]
    public void It_takes_two_buffers_and_no_tensor_a_step()
    {
        using var feed = new RowFeed(images, CPU, Step);
        feed.Take(Rows(0));
        var before = Tensor.TotalCount;

        for (var step = 1; step < 20; step++)
        {
            feed.Ahead(Rows(step));
            feed.Take(Rows(step));
        }

        Tensor.TotalCount.ShouldBe(before);
    }

    public void Dispose()
    {
        images.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static long[] Rows(int step) => [.. Enumerable.Range(0, Step).Select(i => (long)((step * 7) + (i * 11)) % Pictures)];

    private static long[] Shown(Tensor pixels) => [.. pixels.bytes.ToArray().Chunk(Side * Side).Select(picture => picture.Distinct().ShouldHaveSingleItem()).Select(value => (long)value)];
}
