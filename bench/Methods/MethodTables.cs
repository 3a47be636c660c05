using static System.FormattableString;

namespace ContrastiveService.Bench.Methods;

/// <summary>The tables: each family of methods beside its floors, mean ± standard deviation over the seeds.</summary>
internal static class MethodTables
{
    /// <summary>What a run that also trains the baselines calls them: on the source alone, and on the target with its labels, the ends of the gap.</summary>
    private const string SourceOnly = "sourceOnly.", TargetTrained = "targetTrained.";

    private static readonly Column[] Instances =
    [
        new("kNN untrained", row => Percent(row.Results, r => r.Before.Knn)),
        new("kNN", row => Percent(row.Results, r => r.After.Knn), floor => Percent(floor.Knn)),
        new("gain", row => Percent(row.Results, r => r.After.Knn - r.Before.Knn)),
        new("kNN 200", row => Percent(row.Results, r => r.After.Knn200), floor => Percent(floor.Knn200)),
        new("linear probe", row => Percent(row.Results, r => r.After.LinearProbe), floor => Percent(floor.LinearProbe ?? double.NaN)),
        new("MAP@R untrained", row => Percent(row.Results, r => r.Before.MapAtR)),
        new("MAP@R", row => Percent(row.Results, r => r.After.MapAtR), floor => Percent(floor.MapAtR)),
        new("rank", row => Mean(row.Results, r => r.After.EffectiveRank, 1), floor => Rounded(floor.EffectiveRank, 1)),
        new("centred", row => Mean(row.Results, r => r.After.EffectiveRankCentered, 1), floor => Rounded(floor.EffectiveRankCentered, 1)),
    ];

    private static readonly Column[] Domains =
    [
        new("source", row => Percent(row.Results, r => Found(r, "sourceAccuracy"))),
        new("target", row => Percent(row.Results, r => Found(r, "targetAccuracy"))),
        new("gap covered", row => Percent(row.Results, r => GapCovered(row, r))),
        new("domain accuracy", row => Percent(row.Results, r => Found(r, "domainAccuracy"))),
        new("A-distance before", row => Mean(row.Results, r => Found(r, "proxyADistanceBefore"), 2)),
        new("after", row => Mean(row.Results, r => Found(r, "proxyADistance"), 2)),
        new("MMD before", row => Mean(row.Results, r => Found(r, "mmdBefore"), 3)),
        new("after", row => Mean(row.Results, r => Found(r, "mmd"), 3)),
        new("kNN untrained", row => Percent(row.Results, r => r.Before.Knn)),
        new("kNN", row => Percent(row.Results, r => r.After.Knn)),
    ];

    private sealed record Row(MethodRecipe Recipe, MethodResult[] Results, IReadOnlyList<MethodRecipe> All);

    private sealed record Column(string Title, Func<Row, string> Cell, Func<MethodScores, string>? Floor = null);

    public static void Print(IReadOnlyList<MethodRecipe> recipes, IReadOnlyList<long> seeds)
    {
        foreach (var family in recipes.GroupBy(r => r.Data.Table))
        {
            var columns = family.First().Data.Family == MethodData.Domains ? Domains : Instances;
            var report = new Report($"methods-{family.Key}", ["method", "seeds", .. columns.Select(c => c.Title), "images/s", "seconds"]);
            if (MethodFloors.Known is { } floors && columns == Instances)
            {
                foreach (var (name, floor) in new[] { ("raw pixels", floors.Raw), ("centred pixels", floors.Centered) })
                    report.Add(floor, [name, "", .. columns.Select(c => c.Floor?.Invoke(floor) ?? ""), "", ""]);
            }

            foreach (var (name, prefix) in new[] { ("source only", SourceOnly), ("trained on target", TargetTrained) })
            {
                MethodResult[] results = [.. family.SelectMany(recipe => seeds.Select(seed => new MethodFiles(recipe, seed).Result)).OfType<MethodResult>()
                    .Where(r => r.Found.ContainsKey($"{prefix}targetAccuracy")).Select(r => r.Only(prefix))];
                if (results.Length > 0)
                    report.Add(results, [name, Invariant($"{results.Length}"), .. columns.Select(c => c.Title.StartsWith("kNN", StringComparison.Ordinal) ? "" : c.Cell(new(family.First(), results, []))), "", ""]);
            }

            foreach (var recipe in family)
            {
                MethodResult[] results = [.. seeds.Select(seed => new MethodFiles(recipe, seed).Result).OfType<MethodResult>()];
                if (results.Length == 0)
                    continue;
                var row = new Row(recipe, results, [.. family]);
                var speed = new MethodFiles(recipe, MethodFiles.AnySeed).ImagesPerSecond;
                report.Add(results, [
                    recipe.Name, Invariant($"{results.Length}"), .. columns.Select(c => c.Cell(row)), speed is null ? "–" : Rounded(speed.Value, 0), Mean(results, r => r.Seconds, 0)]);
            }

            report.Publish();
        }
    }

    private static double? GapCovered(Row row, MethodResult result)
    {
        var (low, high) = (Baseline(SourceOnly), Baseline(TargetTrained));
        return Found(result, "targetAccuracy") is { } reached && low < high ? (reached - low) / (high - low) : null;

        double? Baseline(string prefix) => row.All
            .Select(recipe => new MethodFiles(recipe, result.Seed).Result).OfType<MethodResult>().Select(r => Found(r, $"{prefix}targetAccuracy")).FirstOrDefault(a => a is not null);
    }

    private static double? Found(MethodResult result, string name) => result.Found.TryGetValue(name, out var value) ? value : null;

    private static string Percent(double share) => double.IsNaN(share) ? "–" : Rounded(100 * share, 1);

    private static string Percent(MethodResult[] results, Func<MethodResult, double?> of) => Mean(results, r => 100 * of(r), 1);

    private static string Mean(MethodResult[] results, Func<MethodResult, double?> of, int digits)
    {
        double[] values = [.. results.Select(of).OfType<double>()];
        if (values.Length == 0)
            return "–";
        var mean = values.Average();
        var text = Rounded(mean, digits);
        return values.Length == 1 ? text : $"{text} ± {Rounded(Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1)), digits)}";
    }

    private static string Rounded(double value, int digits) => value.ToString($"F{digits}", System.Globalization.CultureInfo.InvariantCulture);
}
