using ContrastiveService.Training.Search;

namespace ContrastiveService.Training.Tests.Search;

/// <summary>Unit vectors drawn from all directions, the same for the same seed.</summary>
static class RandomVectors
{
    public static float[][] Draw(int count, int width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => VectorFormat.Unit([.. Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))]))];
    }

    /// <summary>An index of them with ids from 1 on.</summary>
    public static VectorIndex Index(float[][] vectors, bool half = false)
    {
        var index = new VectorIndex(vectors[0].Length, half);
        index.Apply(vectors.Select((vector, i) => (i + 1L, new ReadOnlyMemory<byte>(VectorFormat.Encode(vector, half)))));
        return index;
    }

    /// <summary>A table of them with ids from 1 on.</summary>
    public static VectorTable Table(float[][] vectors) => Index(vectors).Copy(null);

    public static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
