using System.Numerics;

namespace ContrastiveService.Training.Search;

/// <summary>A set of rows, a bit each.</summary>
sealed class RowSet(int rows)
{
    readonly ulong[] bits = new ulong[(rows + 63) / 64];

    public void Add(int row) => bits[row >> 6] |= 1ul << row;

    /// <summary>The first at or after a row; <paramref name="end"/> if there is none before that.</summary>
    public int Next(int row, int end)
    {
        while (row < end)
        {
            if (bits[row >> 6] >> row is > 0 and var rest)
                return Math.Min(end, row + BitOperations.TrailingZeroCount(rest));
            row = (row | 63) + 1;
        }

        return end;
    }
}
