namespace ContrastiveService.Local.Report;

/// <summary>A scale with round ticks that covers its data.</summary>
internal sealed record Axis(double Low, double High, IReadOnlyList<double> Ticks)
{
    /// <summary>Ticks at 1, 2, 2.5 or 5 times a power of ten, about as many as asked for.</summary>
    public static Axis Over(double low, double high, int ticks)
    {
        if (high - low < 1e-9)
            (low, high) = (low - 0.5, high + 0.5);
        var rough = (high - low) / ticks;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * magnitude >= rough * 0.999) * magnitude;
        var (from, to) = ((int)Math.Floor(low / step + 1e-9), (int)Math.Ceiling(high / step - 1e-9));
        return new Axis(from * step, to * step, [.. Enumerable.Range(from, to - from + 1).Select(tick => tick * step)]);
    }

    /// <summary>Where a value lies, 0 at the low end and 1 at the high end.</summary>
    public double Place(double value) => (value - Low) / (High - Low);
}
