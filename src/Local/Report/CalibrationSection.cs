using System.Globalization;
using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Local.Report;

/// <summary>The part of the page that says what a cosine is worth: how P(same) held, where thresholds lie, and pairs with their maps.</summary>
internal static class CalibrationSection
{
    /// <returns>Nothing where the version has no calibration and no pair was explained.</returns>
    public static string Render(CalibrationView? calibration, IReadOnlyList<ExplainedPair> pairs) => calibration is null && pairs.Count == 0 ? "" :
        $"""
        <section>
          <h2>From a cosine to a probability</h2>
          {(calibration is null ? "" : Measured(calibration))}
          {(pairs.Count == 0 ? "" : Explained(pairs))}
        </section>
        """;

    private static string Measured(CalibrationView calibration) => calibration is not { Used: { } used, Reliability.Count: > 0 }
        ? $"""<p class="lead">There is no P(same): {Html.Text(calibration.Reason ?? "nothing was measured.")}</p>"""
        : $"""
        <p class="lead">P(same) was fitted to one half of the held-out pictures and is shown here on the other: {Html.Count(calibration.Checking.Pictures)} pictures, {Html.Count(calibration.Checking.Positives)} pairs that are the same and {Html.Count(calibration.Checking.Negatives)} that are not, either kind counting half. Of the pairs that are told 70 %, 70 % should be the same: bars should end at the dashed line.</p>
        <div class="row two">
          <div class="card"><h3>Said and so <small>what was so, by what was said; pairs at the foot</small></h3>{ReliabilityChart.Draw(calibration.Reliability)}</div>
          <div class="card"><table class="scores">{Quality(used)}</table><table class="scores" style="margin-top: 18px">{Thresholds(calibration.OperatingPoints)}</table></div>
        </div>
        """;

    private static string Explained(IReadOnlyList<ExplainedPair> pairs) =>
        $"""
        <p class="lead" style="margin-top: 28px">Pairs with their P(same), and what in them the cosine comes from: <span style="color: var(--coral)">red</span> makes them alike, <span style="color: var(--indigo)">blue</span> makes them different. The second and the last are the worst among the first test pictures.</p>
        <div class="row four" style="margin-top: 0">{string.Concat(pairs.Select(Pair))}</div>
        """;

    private static string Quality(CalibrationQualityView used) =>
        Row("", "measured", "knowing nothing")
        + Row("Expected calibration error", Html.Percent(used.ExpectedCalibrationError), "")
        + Row("Log loss", Html.Cosine(used.LogLoss), "0.693")
        + Row("Brier score", Html.Cosine(used.Brier), "0.250")
        + Row("Fit", Html.Text(used.Method), "");

    private static string Thresholds(IReadOnlyList<OperatingPointView> points) =>
        Row("False accepts at most", "same above", "misses")
        + string.Concat(points.Select(point => point is { Threshold: { } threshold, MissRate: { } missed }
            ? Row(Rate(point.FalsePositiveRate), Html.Cosine(threshold), Html.Percent(missed))
            : $"""<tr><td>{Rate(point.FalsePositiveRate)}</td><td colspan="2">{Html.Text(point.Reason ?? "")}</td></tr>"""));

    private static string Row(params string[] cells) => "<tr>" + string.Concat(cells.Select(cell => $"<td>{cell}</td>")) + "</tr>";

    private static string Pair(ExplainedPair pair) =>
        $"""
        <div class="card pair {pair.Style}"><h3>{Html.Text(pair.Title)}</h3>
        <div class="maps">{Image(pair.Left, pair.Left.DataUri)}{Image(pair.Right, pair.Right.DataUri)}{Image(pair.Left, pair.LeftMap)}{Image(pair.Right, pair.RightMap)}</div>
        <div class="score">{(pair.ProbabilitySame is { } probability ? Html.Percent(probability) : "–")}</div>
        <p>P(same), at a cosine of {Html.Cosine(pair.Cosine)}{Verdict(pair.Decision)}</p></div>
        """;

    private static string Verdict(DecisionView decision) => decision.Same is { } same ? $"; {(same ? "a match" : "no match")} at {Rate(decision.FalsePositiveRate)} false accepts" : "";

    private static string Image(Picture picture, string source) => $"""<img alt="{FashionMnist.Classes[picture.Label]}" title="{FashionMnist.Classes[picture.Label]}" src="{Html.Text(source)}">""";

    private static string Rate(double rate) => (100 * rate).ToString("0.###", CultureInfo.InvariantCulture) + " %";
}
