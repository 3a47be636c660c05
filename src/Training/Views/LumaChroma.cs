using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>
/// Parts a colour picture into what a black-and-white print keeps and what it loses, each a picture again that any encoder takes. The split is linear: Y of
/// Rec. 601, and the colour differences that YDbDr and YCbCr are made of. Nothing is clamped and nothing lost.
/// </summary>
static class LumaChroma
{
    /// <summary>(B, 3, H, W), normalised, to two of the same: the picture without colour, and its colours at the mean brightness of the training pictures.</summary>
    public static (Tensor Luma, Tensor Chroma) Split(Tensor views, Preprocessing preprocessing)
    {
        if (views.dim() != 4 || views.size(1) != 3)
            throw new ArgumentException($"Colours are split in pictures of shape (B, 3, H, W), not ({string.Join(", ", views.shape)}).", nameof(views));
        using var scope = NewDisposeScope();
        var (mean, std) = (PerChannel(preprocessing.Mean), PerChannel(preprocessing.Std));
        var weights = tensor(new[] { ColorMatrix.Red, ColorMatrix.Green, ColorMatrix.Blue }, device: views.device).view(1, 3, 1, 1);
        var y = (((views * std) + mean) * weights).sum(1, keepdim: true); // (B, 1, H, W), in [0, 1]
        var luma = (y - mean) / std;
        var brightness = (mean * weights).sum(1, keepdim: true);
        return (luma.MoveToOuterDisposeScope(), (views - ((y - brightness) / std)).MoveToOuterDisposeScope());

        Tensor PerChannel(double[] values) => tensor(values, dtype: views.dtype, device: views.device).view(1, 3, 1, 1);
    }
}
