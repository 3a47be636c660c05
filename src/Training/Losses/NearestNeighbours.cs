using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>The support set's rows that are most similar to given ones (NNCLR, Dwibedi et al. 2021, arXiv 2104.14548, equation 2).</summary>
public static class NearestNeighbours
{
    /// <summary>For each row the support row of the greatest cosine similarity; of equal ones any.</summary>
    /// <param name="z">(N, d).</param>
    /// <param name="support">(K, d).</param>
    /// <returns>(N, d), rows of <paramref name="support"/> as they are; no gradient passes.</returns>
    public static Tensor Of(Tensor z, Tensor support)
    {
        LossInputs.SameWidth(z, nameof(z), support, nameof(support));
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var nearest = UnitRows.Of(z).mm(UnitRows.Of(support).t()).argmax(1); // (N)
        return support.index_select(0, nearest).MoveToOuterDisposeScope();
    }
}
