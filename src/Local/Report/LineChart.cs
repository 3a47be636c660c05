namespace ContrastiveService.Local.Report;

/// <summary>One series as a line over a soft area, its last value named.</summary>
internal static class LineChart
{
    /// <param name="points">At least one, in order of X.</param>
    /// <param name="xTitle">What runs along the bottom.</param>
    /// <param name="label">How a value is written.</param>
    /// <param name="style">The CSS class that colours it.</param>
    /// <param name="description">For those who cannot see it.</param>
    public static string Draw(IReadOnlyList<(double X, double Y)> points, string xTitle, Func<double, string> label, string style, string description)
    {
        var plot = new Plot(560, Axis.Over(0, points.Max(p => p.X), 8), Axis.Over(points.Min(p => p.Y), points.Max(p => p.Y), 5), xTitle, label, description);
        var (first, last) = (points[0], points[^1]);
        var line = plot.Path(points);
        plot.Add($"""<path class="area {style}" d="{line}L{plot.X(last.X):0.0},{Plot.Baseline:0.0}L{plot.X(first.X):0.0},{Plot.Baseline:0.0}Z"/>""");
        plot.Add($"""<path class="line {style}" d="{line}"/>""");
        if (points.Count <= 60)
            foreach (var (x, y) in points)
                plot.Add($"""<circle class="dot {style}" cx="{plot.X(x):0.0}" cy="{plot.Y(y):0.0}" r="3.5"><title>{xTitle} {x:0.##}: {label(y)}</title></circle>""");
        plot.Add($"""<text class="value {style}" x="{plot.X(last.X) - 4:0.0}" y="{plot.Y(last.Y) - 10:0.0}" text-anchor="end">{label(last.Y)}</text>""");
        return plot.ToString();
    }
}
