using ContrastiveService.Training.Search;

namespace ContrastiveService.Bench;

/// <summary>Vectors of length 1 in directions by chance, the same for the same seed.</summary>
internal static class RandomVector
{
    public static float[] Draw(int seed, int width)
    {
        var random = new Random(seed);
        var vector = new float[width];
        for (var i = 0; i < width; i++)
            vector[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        return VectorFormat.Unit(vector);
    }
}
