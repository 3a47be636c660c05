using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones.Layers;

/// <summary>Pooling without weights.</summary>
static class Pooling
{
    /// <summary>The greatest of every 2 × 2 positions: (B, C, H, W) to (B, C, ⌊H/2⌋, ⌊W/2⌋).</summary>
    public static Tensor Halve(Tensor maps)
    {
        // Where no gradient needs to know which was the greatest, two comparisons of whole rows take a third of the time. A GPU would rather do it in one go.
        if (is_grad_enabled() || maps.device.type != TorchSharp.DeviceType.CPU) return nn.functional.max_pool2d(maps, 2);
        using var scope = NewDisposeScope();
        var (height, width) = (maps.size(2) / 2 * 2, maps.size(3) / 2 * 2);
        var rows = maximum(maps.slice(2, 0, height, 2), maps.slice(2, 1, height, 2));
        return maximum(rows.slice(3, 0, width, 2), rows.slice(3, 1, width, 2)).MoveToOuterDisposeScope();
    }
}
