using ContrastiveService.Local.Report;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Service.Tests.Local;

public sealed class ReportPageTests
{
    private static readonly string Page = ReportPage.Render(Report());

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        Page.ShouldNotContain("<script");
        Page.ShouldNotContain("@import");
        Page.ShouldNotContain("url(");
        foreach (var source in Page.Split("src=\"").Skip(1))
            source.ShouldStartWith("data:image/png;base64,");
    }

    [Fact]
    public void Every_place_in_the_template_is_filled() => Page.ShouldNotContain("{{");

    [Fact]
    public void What_comes_from_outside_is_escaped()
    {
        Page.ShouldContain("a&lt;b");
        Page.ShouldNotContain("a<b");
    }

    [Fact]
    public void Numbers_are_written_alike_in_every_language()
    {
        Page.ShouldContain("81.3 %");
        Page.ShouldContain("−0.100");
        Page.ShouldContain("6,000");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.8, 0.8)]
    [InlineData(-3.2, 17)]
    [InlineData(1e-6, 3e-6)]
    public void An_axis_covers_its_data_with_a_few_round_ticks(double low, double high)
    {
        var axis = Axis.Over(low, high, 5);

        axis.Low.ShouldBeLessThanOrEqualTo(low + 1e-9);
        axis.High.ShouldBeGreaterThanOrEqualTo(high - 1e-9);
        axis.Ticks.Count.ShouldBeInRange(3, 12);
        axis.Place(axis.Low).ShouldBe(0);
        axis.Place(axis.High).ShouldBe(1);
    }

    private static SampleReport Report()
    {
        var picture = new Picture(8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(4 * i))], 3);
        return new SampleReport(
            new SampleResult(Guid.NewGuid(), "a<b:2", 0.7, 0.8125, 1234.5, 0.8, -0.1, 0.95, 100), "a<b", 6000,
            """{ "method": { "type": "simclr" }, "backbone": { "type": "resnet18" }, "epochs": 2, "batchSize": 64, "optimizer": { "type": "adamw" } }""",
            [(0.5, 5.1), (1, 4.2)], [(0, 0.7), (1, 0.8)], new PairSimilarities([0.8, 0.7], [-0.1, 0.1], [0.9, 0.99]),
            [new ShownPair("The same class", "same", picture, picture, 0.8, null)], [new Neighbourhood(picture, [(picture, 1)])],
            new Uri("http://127.0.0.1:5080"), DateTimeOffset.UnixEpoch);
    }
}
