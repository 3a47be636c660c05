using System.Runtime.InteropServices;

namespace ContrastiveService.Training.Search;

/// <summary>Rows of one width in blocks of a mebibyte: contiguous where it matters to a scan, and growing needs no copy of what is there.</summary>
sealed class VectorBlocks(int width, bool half)
{
    const int BlockBytes = 1 << 20;

    readonly List<float[]> floats = [];
    readonly List<ushort[]> halves = [];

    public int Stride { get; } = DotKernel.Stride(width);

    /// <summary>Rows in a block.</summary>
    public int Rows { get; } = RowsOf(width, half);

    int Count => half ? halves.Count : floats.Count;

    /// <summary>Memory that so many rows take: whole blocks.</summary>
    public static long BytesFor(long rows, int width, bool half)
    {
        var each = RowsOf(width, half);
        return (rows + each - 1) / each * each * VectorFormat.Bytes(DotKernel.Stride(width), half);
    }

    /// <summary>Makes room for so many rows, and gives back what is not needed for them.</summary>
    public void Fit(int rows)
    {
        var blocks = (rows + Rows - 1) / Rows;
        while (Count < blocks)
        {
            if (half)
                halves.Add(new ushort[Rows * Stride]);
            else
                floats.Add(new float[Rows * Stride]);
        }

        if (half)
            halves.RemoveRange(blocks, halves.Count - blocks);
        else
            floats.RemoveRange(blocks, floats.Count - blocks);
    }

    /// <summary>A row's numbers as bytes, padding left out.</summary>
    public Span<byte> Row(int row) => half
        ? MemoryMarshal.AsBytes(halves[row / Rows].AsSpan(row % Rows * Stride, width))
        : MemoryMarshal.AsBytes(floats[row / Rows].AsSpan(row % Rows * Stride, width));

    /// <summary>Scores rows of one block.</summary>
    public void Score(float[] query, int row, Span<float> scores)
    {
        if (half)
            DotKernel.Score(query, halves[row / Rows].AsSpan(row % Rows * Stride, scores.Length * Stride), scores);
        else
            DotKernel.Score(query, floats[row / Rows].AsSpan(row % Rows * Stride, scores.Length * Stride), scores);
    }

    static int RowsOf(int width, bool half) => Math.Max(64, BlockBytes / VectorFormat.Bytes(DotKernel.Stride(width), half));
}
