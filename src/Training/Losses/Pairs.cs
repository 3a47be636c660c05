using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>All rows of a batch against each other.</summary>
internal static class Pairs
{
    /// <summary>‖x_i − x_j‖₂ for all i, j: (B, d) to (B, B). The diagonal is exactly 0, and coinciding rows get the gradient 0 (the root's own would be NaN).</summary>
    /// <remarks>Taken from the differences, not through the Gram matrix, which loses close pairs of long rows to rounding.</remarks>
    public static Tensor Distances(Tensor x) => cdist(x, x, 2, compute_mode.donot_use_mm_for_euclid_dist);

    /// <summary>Which ordered pairs i ≠ j share a label, and which do not: two (B, B) bool.</summary>
    public static (Tensor Positive, Tensor Negative) Of(Tensor labels)
    {
        using var scope = NewDisposeScope();
        var same = labels.unsqueeze(0).eq(labels.unsqueeze(1));
        var self = eye(labels.size(0), dtype: ScalarType.Bool, device: labels.device);
        return (same.logical_and(self.logical_not()).MoveToOuterDisposeScope(), same.logical_not().MoveToOuterDisposeScope());
    }

    /// <summary>Mean of the strictly positive entries of hinges; 0, attached to the graph, where there are none.</summary>
    public static Tensor MeanOfNonZero(Tensor hinges)
    {
        using var scope = NewDisposeScope();
        return (hinges.sum() / hinges.gt(0).sum().clamp_min(1)).MoveToOuterDisposeScope();
    }
}
