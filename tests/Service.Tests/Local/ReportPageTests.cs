using ContrastiveService.Local.Report;
using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Service.Tests.Local;

public sealed class ReportPageTests
{
    private static readonly string Page = ReportPage.Render(Report(Judgement()));

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

    [Theory]
    [InlineData(-0.004, "0.00")]
    [InlineData(-0.006, "−0.01")]
    [InlineData(0.555, "0.56")]
    public void A_cosine_that_rounds_to_nothing_has_no_sign(double cosine, string shown) => Html.Round(cosine).ShouldBe(shown);

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

    [Fact]
    public void The_models_numbers_stand_beside_their_floors_and_say_where_they_are_not_beaten()
    {
        Page.ShouldContain("""<td>kNN, k 20</td><td class="ahead">81.2 %</td><td>70.0 %</td><td>75.0 %</td><td>75.0 %</td>""");
        Page.ShouldContain("""<td>MAP@R</td><td class="behind">40.0 %</td><td>30.0 %</td><td>45.0 %</td><td>45.0 %</td>""");
    }

    [Fact]
    public void A_threshold_that_was_measured_is_marked_and_one_that_was_not_says_why()
    {
        Page.ShouldContain("1 % false accepts above 0.625; misses 25.0 %");
        Page.ShouldContain("0.1 % false accepts: too &lt;few&gt;");
    }

    [Fact]
    public void A_version_without_a_judgement_has_a_page_too()
    {
        var page = ReportPage.Render(Report(null));

        page.ShouldNotContain("{{");
        page.ShouldNotContain("Against the floors");
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

    private static JudgementView Judgement()
    {
        static ScoresView Scores(double knn, double map) => new(new Dictionary<int, double> { [20] = knn }, null, new RetrievalView(0.9, map), 0.5);
        var (positives, negatives) = (new int[64], new int[64]);
        (positives[60], positives[50], negatives[20], negatives[40]) = (3, 1, 5, 2);
        return new(600, 100, Scores(0.8124, 0.4), new VerificationView(positives, negatives, 0.9, 0.1, [new(0.01, 0.625, 0.25, null), new(0.001, null, null, "too <few>")]),
            new FloorsView(Scores(0.75, 0.45), Scores(0.75, 0.45), Scores(0.7, 0.3)));
    }

    private static SampleReport Report(JudgementView? judgement)
    {
        var picture = new Picture(8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(4 * i))], 3);
        return new SampleReport(
            new SampleResult(Guid.NewGuid(), "a<b:2", 0.7, 0.8125, 1234.5, 0.8, -0.1, 0.95, 100), "a<b", 6000,
            """{ "method": { "type": "simclr" }, "backbone": { "type": "resnet18" }, "epochs": 2, "batchSize": 64, "optimizer": { "type": "adamw" } }""",
            [(0.5, 5.1), (1, 4.2)], [(0, 0.7), (1, 0.8)], judgement, new PairSimilarities([0.8, 0.7], [-0.1, 0.1], [0.9, 0.99]),
            [new ShownPair("The same class", "same", picture, picture, 0.8, null)], [new Neighbourhood(picture, [(picture, 1)])],
            new Uri("http://127.0.0.1:5080"), DateTimeOffset.UnixEpoch);
    }
}
