using ContrastiveService.Training.Data;

namespace ContrastiveService.Training.Inference;

/// <summary>A picture that is the same everywhere and always: what a model made of it when it was stored, it must make of it wherever it is served.</summary>
public static class GoldenPicture
{
    /// <summary>Two devices round differently; a broken one does not come near.</summary>
    public const double LeastCosine = 0.999;

    /// <summary>Grey levels and colours that change over the picture, with noise on them.</summary>
    /// <param name="channels">1 or 3.</param>
    /// <param name="size">Side, in pixels.</param>
    /// <returns>channels × size × size bytes.</returns>
    public static byte[] Of(int channels, int size)
    {
        var random = new SeededRandom(1, "golden picture");
        var chw = new byte[channels * size * size];
        for (var i = 0; i < chw.Length; i++)
        {
            var (c, y, x) = (i / (size * size), i / size % size, i % size);
            chw[i] = (byte)(((128 + (64 * c)) * x / size) + (64 * y / size) + random.Next(32));
        }

        return chw;
    }

    /// <summary>What is wrong with a vector that should be the stored one; null if nothing is.</summary>
    /// <param name="vector">Of length 1.</param>
    /// <param name="stored">What the model made of the picture when it was stored; null on cards that have none, and then any finite vector will do.</param>
    public static string? Compare(float[] vector, float[]? stored)
    {
        if (Array.Exists(vector, value => !float.IsFinite(value)))
            return "its numbers are not finite";
        if (stored is null)
            return null;
        if (stored.Length != vector.Length)
            return $"it has {vector.Length} numbers and not {stored.Length}";
        var cosine = vector.Zip(stored, (a, b) => (double)a * b).Sum();
        return cosine >= LeastCosine ? null : FormattableString.Invariant($"its cosine with the stored vector is {cosine:0.0000}, and must be at least {LeastCosine}");
    }
}
