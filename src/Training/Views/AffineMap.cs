using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>Crop, flip and rotation of every picture in one resampling.</summary>
static class AffineMap
{
    /// <summary>
    /// (B, C, H, W) to (B, C, size, size), bilinear. Where a rotation looks beyond the edge it finds the picture mirrored: black corners would tell the encoder
    /// the angle. A crop that is scaled down is not smoothed first.
    /// </summary>
    public static Tensor Apply(Tensor images, ReadOnlySpan<ViewDraw> draws, int size)
    {
        using var scope = NewDisposeScope();
        var maps = new float[draws.Length * 6];
        for (var i = 0; i < draws.Length; i++) Write(draws[i], maps.AsSpan(6 * i, 6));
        var theta = tensor(maps, device: images.device).view(-1, 2, 3);
        var grid = nn.functional.affine_grid(theta, [images.size(0), images.size(1), size, size], align_corners: false); // (B, size, size, 2)
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Reflection, align_corners: false).MoveToOuterDisposeScope();
    }

    /// <summary>Where in the picture a point of the view comes from, both in coordinates from −1 to 1: centre + half size · flip · rotation · point.</summary>
    static void Write(ViewDraw draw, Span<float> map)
    {
        var (sin, cos) = Math.SinCos(draw.Angle);
        var x = draw.Flipped ? -draw.Width : draw.Width;
        var y = draw.Height;
        map[0] = (float)(x * cos);
        map[1] = (float)(x * -sin);
        map[2] = (float)(2 * draw.Left + draw.Width - 1);
        map[3] = (float)(y * sin);
        map[4] = (float)(y * cos);
        map[5] = (float)(2 * draw.Top + draw.Height - 1);
    }
}
