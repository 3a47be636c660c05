using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>Gaussian blur, each picture with a width of its own.</summary>
static class GaussianBlur
{
    /// <summary>
    /// Blurs some of the pictures (B, C, S, S) in place. Along each axis it is a product with a matrix of S weights a row, so no kernel is cut off;
    /// near an edge the weights that are left count for the whole.
    /// </summary>
    public static void ApplyInPlace(Tensor images, ReadOnlySpan<ViewDraw> draws)
    {
        var (chosen, sigmas) = (new List<long>(), new List<float>());
        for (var i = 0; i < draws.Length; i++)
        {
            if (draws[i].BlurSigma <= 0) continue;
            chosen.Add(i);
            sigmas.Add((float)draws[i].BlurSigma);
        }
        if (chosen.Count == 0) return;

        using var scope = NewDisposeScope();
        var (channels, size) = (images.size(1), images.size(2));
        var index = tensor(chosen.ToArray(), device: images.device);
        var sigma = tensor(sigmas.ToArray(), device: images.device).view(-1, 1, 1);
        var position = arange(size, dtype: float32, device: images.device);
        var distance = position.view(1, -1, 1).sub(position.view(1, 1, -1)).div(sigma); // (n, S, S)
        var weights = distance.pow_(2).mul_(-0.5).exp_();
        weights.div_(weights.sum(2, keepdim: true));

        var picture = images.index_select(0, index); // (n, C, S, S)
        var acrossRows = picture.view(-1, channels * size, size).bmm(weights.transpose(1, 2)).view(-1, channels, size, size);
        var acrossBoth = weights.unsqueeze(1).expand(-1, channels, -1, -1).reshape(-1, size, size).bmm(acrossRows.view(-1, size, size)).view(-1, channels, size, size);
        images.index_copy_(0, index, acrossBoth);
    }
}
