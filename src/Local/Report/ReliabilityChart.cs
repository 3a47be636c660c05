using System.Globalization;
using ContrastiveService.Local.Rest;

namespace ContrastiveService.Local.Report;

/// <summary>The reliability diagram: what was said along the bottom, what was so as bars, the pairs of each bar at its foot. On the diagonal both are the same.</summary>
internal static class ReliabilityChart
{
    private const int Bins = 15;

    /// <param name="bins">Those with pairs in them; at least one.</param>
    public static string Draw(IReadOnlyList<ReliabilityBinView> bins)
    {
        var shares = Axis.Over(0, 1, 5);
        var plot = new Plot(560, shares, shares, "P(same)", share => Html.Percent(share, 0), "Reliability diagram: the share of pairs that are the same, by what P(same) said");
        plot.Add($"""<line class="ideal" x1="{plot.X(0):0.0}" y1="{plot.Y(0):0.0}" x2="{plot.X(1):0.0}" y2="{plot.Y(1):0.0}"/>""");
        foreach (var bin in bins)
        {
            // A mean on a boundary belongs to the bin above, as its pairs do.
            var first = Math.Min(Bins - 1, (int)((bin.Said * Bins) + 1e-9));
            var (left, right) = (plot.X((double)first / Bins) + 1, plot.X((first + 1.0) / Bins) - 1);
            var said = $"said {Html.Percent(bin.Said)}, so {Html.Percent(bin.Found)}: {Html.Count(bin.Pairs)} pairs, {Html.Percent(bin.Weight)} of the weight";
            plot.Add($"""<rect class="bar teal" x="{left:0.0}" y="{plot.Y(bin.Found):0.0}" width="{right - left:0.0}" height="{Plot.Baseline - plot.Y(bin.Found):0.0}"><title>{said}</title></rect>""");
            plot.Add($"""<circle class="dot teal" cx="{plot.X(bin.Said):0.0}" cy="{plot.Y(bin.Found):0.0}" r="3.5"><title>{said}</title></circle>""");
            plot.Add($"""<text class="tick" x="{(left + right) / 2:0.0}" y="{Plot.Baseline - 5:0.0}" text-anchor="middle">{Short(bin.Pairs)}</text>""");
        }

        return plot.ToString();
    }

    /// <summary>As long as a bar is wide: 950, 1.2k, 12k.</summary>
    private static string Short(int count) => count switch
    {
        < 1_000 => count.ToString(CultureInfo.InvariantCulture),
        < 9_950 => (count / 1000.0).ToString("0.0", CultureInfo.InvariantCulture) + "k",
        _ => (count / 1000.0).ToString("0", CultureInfo.InvariantCulture) + "k",
    };
}
