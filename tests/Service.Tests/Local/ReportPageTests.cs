using ContrastiveService.Local.Report;
using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Service.Tests.Local;

public sealed class ReportPageTests
{
    private static readonly string Page = ReportPage.Render(Report(Judgement(), Calibration()));

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
        var page = ReportPage.Render(Report(null, null));

        page.ShouldNotContain("{{");
        page.ShouldNotContain("Against the floors");
    }

    [Fact]
    public void The_reliability_diagram_has_a_bar_for_each_bin_as_high_as_what_was_so_with_its_pairs()
    {
        // Bins of 1/15 over 500 units from 46 on; the axis from 246 up to 14.
        Page.ShouldContain("""<rect class="bar teal" x="47.0" y="222.8" width="31.3" height="23.2"><title>said 4.0 %, so 10.0 %: 950 pairs, 25.0 % of the weight</title>""");
        Page.ShouldContain("""<rect class="bar teal" x="513.7" y="60.4" width="31.3" height="185.6"><title>said 97.0 %, so 80.0 %: 12,345 pairs, 75.0 % of the weight</title>""");
        Page.ShouldContain(">950</text>");
        Page.ShouldContain(">12k</text>");
    }

    [Fact]
    public void Its_error_is_that_of_the_fit_that_is_used_and_thresholds_stand_with_their_misses_or_reasons()
    {
        Page.ShouldContain("<td>Expected calibration error</td><td>1.3 %</td>");
        Page.ShouldContain("<td>Fit</td><td>isotonic</td>");
        Page.ShouldContain("<tr><td>1 %</td><td>0.625</td><td>25.0 %</td></tr>");
        Page.ShouldContain("""<tr><td>0.1 %</td><td colspan="2">too &lt;few&gt;</td></tr>""");
    }

    [Fact]
    public void A_pair_has_both_pictures_both_maps_its_probability_and_what_follows()
    {
        Page.ShouldContain("data:image/png;base64,LEFT");
        Page.ShouldContain("data:image/png;base64,RIGHT");
        Page.ShouldContain("""<div class="score">97.2 %</div>""");
        Page.ShouldContain("P(same), at a cosine of 0.912; a match at 1 % false accepts");
    }

    [Fact]
    public void Without_a_probability_the_page_says_why()
    {
        var page = ReportPage.Render(Report(null, new CalibrationView("Too few < 20.", null, new(3, 1, 2), [], [], [])));

        page.ShouldContain("There is no P(same): Too few &lt; 20.");
        page.ShouldNotContain("Reliability diagram");
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

    private static CalibrationView Calibration() => new(
        null, "isotonic", new(500, 12_000, 25_000), [new("platt", 0.51, 0.167, 0.063), new("isotonic", 0.492, 0.162, 0.013)],
        [new(0.25, 0.04, 0.1, 950), new(0.75, 0.97, 0.8, 12_345)], [new(0.01, 0.625, 0.25, null), new(0.001, null, null, "too <few>")]);

    private static SampleReport Report(JudgementView? judgement, CalibrationView? calibration)
    {
        var picture = new Picture(8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(4 * i))], 3);
        return new SampleReport(
            new SampleResult(Guid.NewGuid(), "a<b:2", 0.7, 0.8125, 1234.5, 0.8, -0.1, 0.95, 100), "a<b", 6000,
            """{ "method": { "type": "simclr" }, "backbone": { "type": "resnet18" }, "epochs": 2, "batchSize": 64, "optimizer": { "type": "adamw" } }""",
            [(0.5, 5.1), (1, 4.2)], [(0, 0.7), (1, 0.8)], judgement, calibration, new PairSimilarities([0.8, 0.7], [-0.1, 0.1], [0.9, 0.99]),
            [new ShownPair("The same class", "same", picture, picture, 0.8, null)],
            [new ExplainedPair("Of one class", "same", picture, picture, 0.912, 0.9716, new(true, 0.625, 0.01), "data:image/png;base64,LEFT", "data:image/png;base64,RIGHT")], [new Neighbourhood(picture, [(picture, 1)])],
            new Uri("http://127.0.0.1:5080"), DateTimeOffset.UnixEpoch);
    }
}
