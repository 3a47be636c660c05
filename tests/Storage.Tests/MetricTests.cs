using ContrastiveService.Storage.Jobs;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class MetricTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly MetricStore metrics = database.Get<MetricStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Points_written_again_change_and_double_nothing()
    {
        var lease = await Samples.ClaimedAsync(database);
        (await metrics.WriteAsync(lease, [new("loss", 1, 0.5), new("loss", 2, 0.25), new("knn", 2, double.NaN)], Cancel)).ShouldBeTrue();

        (await metrics.WriteAsync(lease, [new("loss", 2, 99), new("loss", 3, 0.125), new("loss", 3, 99)], Cancel)).ShouldBeTrue();

        var series = await metrics.SeriesAsync(lease.JobId, null, 100, Cancel);
        series.Select(s => s.Name).ShouldBe(["knn", "loss"]);
        series[0].Points.ShouldBe([new(2, double.NaN)]);
        series[1].Points.ShouldBe([new(1, 0.5), new(2, 0.25), new(3, 0.125)]);
        (await metrics.NamesAsync(lease.JobId, Cancel)).ShouldBe(["knn", "loss"]);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(10, 10)]
    [InlineData(11, 10)]
    [InlineData(1000, 7)]
    [InlineData(1000, 999)]
    [InlineData(1000, 2)]
    public async Task A_thinned_series_keeps_its_ends_and_is_even(int count, int maxPoints)
    {
        var lease = await Samples.ClaimedAsync(database);
        await metrics.WriteAsync(lease, [.. Enumerable.Range(0, count).Select(i => new MetricPoint("loss", i * 10, i))], Cancel);
        await metrics.WriteAsync(lease, [new MetricPoint("other", 1, 1)], Cancel);

        var points = (await metrics.SeriesAsync(lease.JobId, ["loss"], maxPoints, Cancel)).ShouldHaveSingleItem().Points;

        points.Count.ShouldBe(Math.Min(count, maxPoints));
        points[0].ShouldBe(new SeriesPoint(0, 0));
        points[^1].ShouldBe(new SeriesPoint((count - 1) * 10, count - 1));
        points.ShouldAllBe(point => point.Step == (long)point.Value * 10);
        if (points.Count > 1)
        {
            var gaps = points.Zip(points.Skip(1), (a, b) => b.Value - a.Value).ToList();
            (gaps.Max() - gaps.Min()).ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public async Task A_steps_value_is_the_last_one_up_to_there()
    {
        var lease = await Samples.ClaimedAsync(database);
        await metrics.WriteAsync(lease, [new("loss", 2, 0.5), new("loss", 6, 0.25), new("other", 4, 9)], Cancel);
        (await metrics.ValuesAtAsync(lease.JobId, "loss", [1, 2, 5, 6, 100], Cancel)).ShouldBe([new(2, 0.5), new(5, 0.5), new(6, 0.25), new(100, 0.25)], ignoreOrder: true);
        (await metrics.ValuesAtAsync(lease.JobId, "loss", [], Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_but_a_known_job_has_metrics()
    {
        (await metrics.WriteAsync(new JobLease(Guid.NewGuid(), 1, 1, "worker"), [new("loss", 1, 1)], Cancel)).ShouldBeFalse();
        (await metrics.SeriesAsync(Guid.NewGuid(), null, 10, Cancel)).ShouldBeEmpty();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => metrics.SeriesAsync(Guid.NewGuid(), null, 1, Cancel));
    }
}
