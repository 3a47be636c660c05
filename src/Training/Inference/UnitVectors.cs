namespace ContrastiveService.Training.Inference;

/// <summary>Vectors of length 1.</summary>
public static class UnitVectors
{
    /// <summary>Their cosine, in [−1, 1]; not a number where one of theirs is none.</summary>
    /// <exception cref="ArgumentException">They are not of one width.</exception>
    public static double Cosine(float[] a, float[] b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"One vector has {a.Length} numbers and the other {b.Length}.", nameof(b));
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return Math.Clamp(sum, -1, 1);
    }
}
