namespace ContrastiveService.Training.Search;

/// <summary>A copy of unit vectors for work that looks at all of them: (n, width) float32, rows padded.</summary>
public sealed class VectorTable
{
    readonly float[] numbers;

    /// <exception cref="ArgumentException">They are more than one array holds.</exception>
    public VectorTable(long[] ids, int width)
    {
        (Ids, Width, Stride) = (ids, width, DotKernel.Stride(width));
        if ((long)ids.Length * Stride > Array.MaxLength)
            throw new ArgumentException($"{ids.Length} vectors of {width} numbers are more than one table holds.", nameof(ids));
        numbers = new float[ids.Length * Stride];
    }

    /// <summary>The rows' items.</summary>
    public long[] Ids { get; }

    public int Count => Ids.Length;

    public int Width { get; }

    internal int Stride { get; }

    /// <summary>A row without its padding.</summary>
    public Span<float> Row(int row) => numbers.AsSpan(row * Stride, Width);

    /// <summary>The dot product of two rows.</summary>
    public double Cosine(int row, int other)
    {
        Span<float> score = stackalloc float[1];
        Score(Query(row), other, score);
        return score[0];
    }

    /// <summary>A row as a query.</summary>
    internal ReadOnlySpan<float> Query(int row) => numbers.AsSpan(row * Stride, Stride);

    /// <summary>Scores rows from one on.</summary>
    internal void Score(ReadOnlySpan<float> query, int first, Span<float> scores) => DotKernel.Score(query, numbers.AsSpan(first * Stride, scores.Length * Stride), scores);
}
