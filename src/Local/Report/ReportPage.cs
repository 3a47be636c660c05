using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Local.Report;

/// <summary>Fills <c>report.html</c>: one file that needs nothing else.</summary>
internal static partial class ReportPage
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Render(SampleReport report)
    {
        var (result, pairs) = (report.Result, report.Pairs);
        var version = result.ModelVersion.Split(':');
        var parts = new Dictionary<string, string>
        {
            ["dataset"] = Html.Text(report.Dataset),
            ["items"] = Html.Count(report.Items),
            ["figures"] = Figures(report),
            ["loss"] = LineChart.Draw(report.Loss, "epoch", loss => loss.ToString("0.0#", CultureInfo.InvariantCulture), "coral", "Loss over the epochs"),
            ["knn"] = LineChart.Draw(report.Knn, "epoch", knn => (100 * knn).ToString("0.#", CultureInfo.InvariantCulture) + " %", "teal", "kNN top-1 accuracy over the epochs"),
            ["pairs"] = string.Concat(report.Shown.Select(Pair)),
            ["pairCount"] = Html.Count(pairs.Views.Count),
            ["density"] = DensityChart.Draw(
                [("different classes", "different", pairs.Different), ("the same class", "same", pairs.Same), ("two views of one picture", "views", pairs.Views)],
                "Distribution of similarities of the three kinds of pairs"),
            ["judgement"] = JudgementSection.Render(report.Judgement),
            ["calibration"] = CalibrationSection.Render(report.Calibration, report.Explained),
            ["legend"] = Legend(result),
            ["neighbours"] = string.Concat(report.Neighbourhoods.Select(Hood)),
            ["facts"] = Facts(report),
            ["plan"] = Html.Text(JsonSerializer.Serialize(JsonDocument.Parse(report.Plan), Indented)),
            ["address"] = report.Address.ToString(),
            ["jobId"] = result.JobId.ToString(),
            ["model"] = Html.Text(version[0]),
            ["version"] = Html.Text(version[^1]),
            ["at"] = report.At.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture),
        };
        return Placeholder().Replace(Template(), match => parts[match.Groups[1].Value]);
    }

    private static string Figures(SampleReport report)
    {
        var result = report.Result;
        return Figure(result.KnnTop1 is { } knn ? Html.Percent(knn) : "–", "", $"kNN top-1 on the test pictures{(result.KnnTop1Init is { } init ? $"; untrained {Html.Percent(init)}" : "")}")
            + Figure($"{Html.Round(result.SimilaritySame)} : {Html.Round(result.SimilarityDifferent)}", "", "mean similarity of the same class : of different classes")
            + Figure(Html.Count(result.ImagesPerSecond), "images/s", "while training, on this machine")
            + Figure("v" + result.ModelVersion.Split(':')[^1], "", "the model version " + Html.Text(result.ModelVersion));
    }

    private static string Figure(string number, string unit, string meaning) =>
        $"""<div class="card figure"><b>{number} <small>{unit}</small></b><span>{meaning}</span></div>""";

    private static string Pair(ShownPair pair) =>
        $"""
        <div class="card pair {pair.Style}"><h3>{Html.Text(pair.Title)}</h3>
        <div class="pictures">{Image(pair.Left)}{Image(pair.Right)}</div>
        <div class="score">{Html.Cosine(pair.Cosine)}</div>
        <div class="meter"><i style="width: {Math.Clamp(100 * pair.Cosine, 0, 100).ToString("0", CultureInfo.InvariantCulture)}%"></i></div>
        <p>{(pair.Percentile is { } percentile ? $"more alike than {percentile.ToString("0.#", CultureInfo.InvariantCulture)} % of strangers" : "cosine similarity")}</p></div>
        """;

    private static string Legend(SampleResult result) =>
        $"""
        <ul class="legend"><li class="views">two views of one picture <b>{Html.Cosine(result.SimilarityViews)}</b></li>
        <li class="same">the same class <b>{Html.Cosine(result.SimilaritySame)}</b></li>
        <li class="different">different classes <b>{Html.Cosine(result.SimilarityDifferent)}</b></li></ul>
        """;

    private static string Hood(Neighbourhood hood) =>
        $"""<div class="hood"><figure>{Image(hood.Query)}{FashionMnist.Classes[hood.Query.Label]}</figure>"""
        + string.Concat(hood.Nearest.Select(near =>
            $"""<figure class="{(near.Picture.Label == hood.Query.Label ? "hit" : "miss")}">{Image(near.Picture)}{Html.Cosine(near.Cosine)}</figure>"""))
        + "</div>";

    private static string Image(Picture picture) => $"""<img alt="{FashionMnist.Classes[picture.Label]}" title="{FashionMnist.Classes[picture.Label]}" src="{picture.DataUri}">""";

    private static string Facts(SampleReport report)
    {
        using var plan = JsonDocument.Parse(report.Plan);
        var root = plan.RootElement;
        (string Name, string Value)[] facts =
        [
            ("Model", report.Result.ModelVersion),
            ("Job", report.Result.JobId.ToString()),
            ("Data set", $"{report.Dataset}, {Html.Count(report.Items)} training pictures"),
            ("Method", $"{root.GetProperty("method").GetProperty("type").GetString()}, {root.GetProperty("backbone").GetProperty("type").GetString()}"),
            ("Training", $"{root.GetProperty("epochs")} epochs, {root.GetProperty("batchSize")} pictures a step, {root.GetProperty("optimizer").GetProperty("type").GetString()}"),
            ("Speed", $"{Html.Count(report.Result.ImagesPerSecond)} images/s"),
            ("Whole run", $"{Html.Count(report.Result.Seconds)} s, from the start of the services to this page"),
        ];
        return string.Concat(facts.Select(fact => $"<tr><td>{fact.Name}</td><td>{Html.Text(fact.Value)}</td></tr>"));
    }

    private static string Template()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.html")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();
}
