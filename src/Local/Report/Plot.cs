using System.Globalization;
using System.Text;

namespace ContrastiveService.Local.Report;

/// <summary>The frame that the charts share: an SVG with grid lines and labelled axes. Colours come from the page's style sheet.</summary>
internal sealed class Plot
{
    private const double Height = 280;
    private const double Left = 46, Right = 14, Top = 14, Bottom = 34;
    private readonly StringBuilder _svg = new();
    private readonly Axis _x, _y;
    private readonly double _width;

    public Plot(double width, Axis x, Axis y, string xTitle, Func<double, string> yLabel, string description)
    {
        (_width, _x, _y) = (width, x, y);
        _svg.Append(Invariant($"""<svg class="plot" viewBox="0 0 {width} {Height}" role="img" aria-label="{Html.Text(description)}">"""));
        foreach (var tick in y.Ticks)
            _svg.Append(Invariant($"""<line class="grid" x1="{Left}" x2="{width - Right}" y1="{Y(tick)}" y2="{Y(tick)}"/><text class="tick" x="{Left - 8}" y="{Y(tick) + 4}" text-anchor="end">{yLabel(tick)}</text>"""));
        foreach (var tick in x.Ticks)
            _svg.Append(Invariant($"""<text class="tick" x="{X(tick)}" y="{Height - Bottom + 18}" text-anchor="middle">{tick:0.###}</text>"""));
        _svg.Append(Invariant($"""<text class="axis" x="{width - Right}" y="{Height - 2}" text-anchor="end">{Html.Text(xTitle)}</text>"""));
    }

    /// <summary>Where the x axis lies.</summary>
    public const double Baseline = Height - Bottom;

    public double X(double value) => Left + _x.Place(value) * (_width - Left - Right);

    public double Y(double value) => Height - Bottom - _y.Place(value) * (Height - Top - Bottom);

    public void Add(FormattableString svg) => _svg.Append(svg.ToString(CultureInfo.InvariantCulture));

    /// <summary>The <c>d</c> of a path through points in data coordinates.</summary>
    public string Path(IEnumerable<(double X, double Y)> points) =>
        "M" + string.Join("L", points.Select(p => Invariant($"{X(p.X):0.0},{Y(p.Y):0.0}")));

    public override string ToString() => _svg + "</svg>";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
