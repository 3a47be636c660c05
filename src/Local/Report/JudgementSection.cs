using System.Globalization;
using ContrastiveService.Local.Rest;

namespace ContrastiveService.Local.Report;

/// <summary>The part of the page that sets the model's numbers beside what needs no training.</summary>
internal static class JudgementSection
{
    /// <returns>Nothing where there is no judgement on labels.</returns>
    public static string Render(JudgementView? judgement) => judgement is not { Scores: { } ours } ? "" :
        $"""
        <section>
          <h2>Against the floors</h2>
          <p class="lead">{Html.Count(judgement.QueryItems)} test pictures, judged by {Html.Count(judgement.BankItems)} training pictures and by each other. A network is worth what it adds to the pixels themselves, and to itself before it was trained: <span style="color: var(--teal)">green</span> beats every floor, <span style="color: var(--coral)">red</span> does not.</p>
          <div class="card">{Table(ours, judgement.Floors)}</div>
          {Histogram(judgement.Verification)}
        </section>
        """;

    private static string Table(ScoresView ours, FloorsView? floors)
    {
        (string Name, ScoresView? Scores)[] columns =
            [("this model", ours), ("untrained", floors?.Untrained), ("centred pixels", floors?.CenteredPixels), ("raw pixels", floors?.RawPixels)];
        (string Name, Func<ScoresView, double?> Value)[] rows =
        [
            .. ours.Knn.Keys.Order().Select(k => ($"kNN, k {k}", (Func<ScoresView, double?>)(scores => scores.Knn.TryGetValue(k, out var accuracy) ? accuracy : null))),
            ("Linear probe", scores => scores.LinearProbe),
            ("Recall@1", scores => scores.Retrieval.RecallAt1),
            ("MAP@R", scores => scores.Retrieval.MapAtR),
            ("Clusters (NMI)", scores => scores.Nmi),
        ];
        var head = "<tr><td></td>" + string.Concat(columns.Select(column => $"<td>{column.Name}</td>")) + "</tr>";
        return $"""<table class="scores">{head}{string.Concat(rows.Select(row => Row(row.Name, [.. columns.Select(column => column.Scores is null ? null : row.Value(column.Scores))])))}</table>""";
    }

    /// <summary>Ours stands first, and is marked where a floor is not beaten.</summary>
    private static string Row(string name, double?[] values)
    {
        var beaten = values.Skip(1).All(floor => floor is null || values[0] > floor);
        return $"<tr><td>{name}</td>" + string.Concat(values.Select((value, i) =>
            $"""<td{(i > 0 ? "" : beaten ? " class=\"ahead\"" : " class=\"behind\"")}>{(value is { } number ? Html.Percent(number) : "–")}</td>""")) + "</tr>";
    }

    private static string Histogram(VerificationView? verification)
    {
        if (verification is not { RocAuc: { } auc, EqualErrorRate: { } eer })
            return "";
        var points = verification.OperatingPoints;
        var lines = points.Where(point => point.Threshold is not null)
            .Select(point => (point.Threshold!.Value, $"{Rate(point)} false accepts above {Html.Cosine(point.Threshold.Value)}; misses {Html.Percent(point.MissRate ?? 0)}"));
        var missing = string.Concat(points.Where(point => point.Reason is not null).Select(point => $"<li>{Rate(point)} false accepts: {Html.Text(point.Reason!)}</li>"));
        var chart = HistogramChart.Draw(
            [("pairs of different classes", "different", verification.Negatives), ("pairs of one class", "same", verification.Positives)], [.. lines],
            "Histogram of the similarities of pairs of one class and of different classes, with thresholds");
        return
            $"""
            <div class="card" style="margin-top: 20px"><h3>Same class or not <small>{Html.Count(verification.Positives.Sum())} pairs of one class, {Html.Count(verification.Negatives.Sum())} of two</small></h3>{chart}
            <ul class="legend"><li class="same">one class</li><li class="different">different classes</li><li class="views">area under the curve <b>{Html.Cosine(auc)}</b>, equal error rate <b>{Html.Percent(eer)}</b></li>{missing}</ul></div>
            """;
    }

    private static string Rate(OperatingPointView point) => (100 * point.FalsePositiveRate).ToString("0.###", CultureInfo.InvariantCulture) + " %";
}
