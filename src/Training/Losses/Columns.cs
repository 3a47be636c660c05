using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Statistics of a batch, feature by feature, and of features with each other.</summary>
internal static class Columns
{
    /// <summary>x less each column's mean: (B, d) to (B, d). A column of equal entries becomes exactly 0, of any size.</summary>
    /// <remarks>Measured from the first row, so that a large common offset costs no digits. An offset does not move the result, hence it needs no gradient.</remarks>
    public static Tensor Centered(Tensor x)
    {
        using var scope = NewDisposeScope();
        var near = x - x.detach().narrow(0, 0, 1);
        return (near - near.mean([0], keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <summary>x less each column's mean, over √(variance + eps), with the variance of B and not of B − 1: (B, d) to (B, d), as batch normalisation does.</summary>
    public static Tensor Standardized(Tensor x, double eps)
    {
        using var scope = NewDisposeScope();
        var centered = Centered(x);
        // The squares of entries beyond 1e19 overflow float32, so columns with entries over 1 are first divided by the largest, and eps with them.
        var largest = centered.detach().abs().amax([0], keepdim: true).clamp_min(1);
        var scaled = centered / largest;
        var variance = scaled.square().mean([0], keepdim: true); // (1, d)
        return (scaled / (variance + eps / largest.square()).sqrt()).MoveToOuterDisposeScope();
    }

    /// <summary>Sum of a square matrix's squares beside its diagonal.</summary>
    public static Tensor SquaresBesideDiagonal(Tensor matrix)
    {
        using var scope = NewDisposeScope();
        var diagonal = eye(matrix.size(0), dtype: ScalarType.Bool, device: matrix.device);
        return matrix.masked_fill(diagonal, 0).square().sum().MoveToOuterDisposeScope();
    }
}
