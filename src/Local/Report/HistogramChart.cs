namespace ContrastiveService.Local.Report;

/// <summary>Counts in equal bins over [−1, 1] as steps, each kind as shares of its own total, with thresholds as upright lines.</summary>
internal static class HistogramChart
{
    /// <param name="kinds">Name, CSS class and counts of each kind; kinds have as many bins as each other, and at least one count.</param>
    /// <param name="thresholds">Where the lines stand, with what they say.</param>
    /// <param name="description">For those who cannot see it.</param>
    public static string Draw(
        IReadOnlyList<(string Name, string Style, IReadOnlyList<int> Counts)> kinds, IReadOnlyList<(double Cosine, string Text)> thresholds, string description)
    {
        var bins = kinds[0].Counts.Count;
        var first = Enumerable.Range(0, bins).First(bin => kinds.Any(kind => kind.Counts[bin] > 0));
        var axis = Axis.Over(Cosine(first, bins), 1, 8);
        var shares = kinds.Select(kind => kind.Counts.Select(count => (double)count / Math.Max(1, kind.Counts.Sum())).ToArray()).ToArray();
        var plot = new Plot(1140, axis, new Axis(0, shares.Max(share => share.Max()) * 1.3, []), "cosine similarity", _ => "", description);
        foreach (var (kind, share) in kinds.Zip(shares))
        {
            var line = plot.Path([(Cosine(first, bins), 0), .. Enumerable.Range(first, bins - first).SelectMany(bin => new[] { (Cosine(bin, bins), share[bin]), (Cosine(bin + 1, bins), share[bin]) }), (1, 0)]);
            plot.Add($"""<path class="area {kind.Style}" d="{line}Z"/><path class="line {kind.Style}" d="{line}"><title>{Html.Text(kind.Name)}</title></path>""");
        }

        foreach (var ((cosine, text), row) in thresholds.Select((threshold, i) => (threshold, i)))
        {
            var x = plot.X(cosine);
            plot.Add($"""<line class="mean views" x1="{x:0.0}" x2="{x:0.0}" y1="14" y2="{Plot.Baseline:0.0}"/>""");
            // Beside the line, where there is room.
            var (side, anchor) = x > 570 ? (-6, "end") : (6, "start");
            plot.Add($"""<text class="tick" x="{x + side:0.0}" y="{24 + (16 * row):0.0}" text-anchor="{anchor}">{Html.Text(text)}</text>""");
        }

        return plot.ToString();
    }

    private static double Cosine(int bin, int bins) => -1 + (2.0 * bin / bins);
}
