using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>All crops of a batch through one encoder, in one pass for each of their sizes (Caron et al. 2020, arXiv 2006.09882, section 3.3).</summary>
internal static class MultiCrop
{
    /// <summary>(V·B, width): the features of the full views, in their order, then of the small crops.</summary>
    public static Tensor Features(nn.Module<Tensor, Tensor> encoder, Batch batch)
    {
        using var scope = NewDisposeScope();
        var full = encoder.forward(cat(batch.Views.ToArray()));
        var all = batch.LocalViews.Count == 0 ? full : cat([full, encoder.forward(cat(batch.LocalViews.ToArray()))]);
        return all.MoveToOuterDisposeScope();
    }
}
