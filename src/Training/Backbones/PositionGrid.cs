using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>A transformer's learnt positions: one for the class token, then those of a square grid of patches, row by row.</summary>
static class PositionGrid
{
    /// <summary>Side of the grid; null where the patches make no square.</summary>
    public static long? Side(long tokens)
    {
        var side = (long)Math.Round(Math.Sqrt(tokens - 1));
        return tokens > 1 && side * side == tokens - 1 ? side : null;
    }

    /// <summary>
    /// The positions of another grid over the same picture, by bicubic interpolation between the patches' centres, as DINO does for its small crops
    /// (Caron 2021, arXiv 2104.14294). The class token keeps its own. The grid that it has is returned as it is.
    /// </summary>
    /// <param name="positions">(1, 1 + side², d).</param>
    /// <param name="rows">Rows of the grid wanted.</param>
    /// <param name="columns">Columns of it.</param>
    /// <returns>(1, 1 + rows · columns, d).</returns>
    public static Tensor Resample(Tensor positions, long rows, long columns)
    {
        using var scope = NewDisposeScope();
        var (tokens, width) = (positions.size(1), positions.size(2));
        var side = Side(tokens) ?? throw new ArgumentException($"{tokens} positions are no class token and square grid.", nameof(positions));
        if (rows == side && columns == side) return positions.alias().MoveToOuterDisposeScope();
        var grid = positions.narrow(1, 1, tokens - 1).reshape(1, side, side, width).permute(0, 3, 1, 2); // (1, d, side, side)
        grid = nn.functional.interpolate(grid, [rows, columns], mode: InterpolationMode.Bicubic, align_corners: false);
        grid = grid.permute(0, 2, 3, 1).reshape(1, rows * columns, width);
        return cat([positions.narrow(1, 0, 1), grid], 1).MoveToOuterDisposeScope();
    }
}
