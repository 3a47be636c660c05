namespace ContrastiveService.Local.Report;

/// <summary>How the similarities of several kinds of pairs are spread: one smooth hill for each kind.</summary>
internal static class DensityChart
{
    private const int Steps = 200, BandwidthsInAxis = 45;

    /// <param name="kinds">Name, CSS class and cosines of each kind.</param>
    /// <param name="description">For those who cannot see it.</param>
    public static string Draw(IReadOnlyList<(string Name, string Style, IReadOnlyList<double> Cosines)> kinds, string description)
    {
        var low = kinds.Min(kind => kind.Cosines.Min());
        var axis = Axis.Over(Math.Max(-1, low - (1 - low) / 20), 1, 8);
        var hills = kinds.Select(kind => Hill(kind.Cosines, axis)).ToArray();
        var plot = new Plot(1140, axis, new Axis(0, hills.Max(hill => hill.Max(p => p.Y)) * 1.12, []), "cosine similarity", _ => "", description);
        foreach (var (kind, hill) in kinds.Zip(hills))
        {
            var line = plot.Path(hill);
            plot.Add($"""<path class="area {kind.Style}" d="{line}L{plot.X(axis.High):0.0},{Plot.Baseline:0.0}L{plot.X(axis.Low):0.0},{Plot.Baseline:0.0}Z"/><path class="line {kind.Style}" d="{line}"/>""");
        }

        foreach (var kind in kinds)
        {
            var mean = kind.Cosines.Average();
            plot.Add($"""<line class="mean {kind.Style}" x1="{plot.X(mean):0.0}" x2="{plot.X(mean):0.0}" y1="14" y2="{Plot.Baseline:0.0}"><title>mean of {kind.Name}: {Html.Cosine(mean)}</title></line>""");
        }

        return plot.ToString();
    }

    // A Gaussian kernel estimate; the part beyond 1, where no cosine lies, is folded back.
    private static (double X, double Y)[] Hill(IReadOnlyList<double> cosines, Axis axis)
    {
        var bandwidth = (axis.High - axis.Low) / BandwidthsInAxis;
        double Kernel(double x, double c) => Math.Exp(-0.5 * (x - c) * (x - c) / (bandwidth * bandwidth));
        return [.. Enumerable.Range(0, Steps + 1).Select(i =>
        {
            var x = axis.Low + i * (axis.High - axis.Low) / Steps;
            return (x, cosines.Sum(c => Kernel(x, c) + Kernel(2 - x, c)) / cosines.Count);
        })];
    }
}
