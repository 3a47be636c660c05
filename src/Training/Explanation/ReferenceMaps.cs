using ContrastiveService.Training.Data;

namespace ContrastiveService.Training.Explanation;

/// <summary>Maps that know nothing of the pair, which a map worth its name beats.</summary>
internal static class ReferenceMaps
{
    /// <summary>Any order.</summary>
    public static HeatMap Random(int rows, int columns, long seed, long position)
    {
        var random = new SeededRandom(seed, "random map", position);
        return new(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextUnit())]);
    }

    /// <summary>The middle first: a Gaussian with a standard deviation of a quarter of the side, since most things are in the middle of their picture.</summary>
    public static HeatMap CenterGaussian(int rows, int columns) =>
        new(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(i => At(i / columns, rows) * At(i % columns, columns))]);

    private static float At(int place, int count)
    {
        var distance = ((place + 0.5f) / count) - 0.5f;
        return MathF.Exp(-distance * distance / (2 * 0.25f * 0.25f));
    }
}
