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
    /// <remarks>
    /// A point of the view comes from centre + half size · flip · rotation · point, in coordinates from −1 to 1. That is a sum of what its column and what its
    /// row contribute, so the grid is one addition, and is left in planes (x, then y), which the sampler reads as well as pairs.
    /// </remarks>
    public static Tensor Apply(Tensor images, IReadOnlyList<ViewDraw> draws, int size)
    {
        using var scope = NewDisposeScope();
        var (ofColumns, ofRows) = (new float[draws.Count * 2 * size], new float[draws.Count * 2 * size]);
        for (var i = 0; i < draws.Count; i++)
        {
            var draw = draws[i];
            var (sin, cos) = Math.SinCos(draw.Angle);
            var halfWidth = draw.Flipped ? -draw.Width : draw.Width;
            var (centreX, centreY) = (2 * draw.Left + draw.Width - 1, 2 * draw.Top + draw.Height - 1);
            var (x, y) = (2 * i * size, (2 * i + 1) * size);
            for (var pixel = 0; pixel < size; pixel++)
            {
                var point = (2 * pixel + 1.0) / size - 1;
                ofColumns[x + pixel] = (float)(halfWidth * cos * point);
                ofColumns[y + pixel] = (float)(draw.Height * sin * point);
                ofRows[x + pixel] = (float)(centreX - halfWidth * sin * point);
                ofRows[y + pixel] = (float)(centreY + draw.Height * cos * point);
            }
        }
        var grid = tensor(ofColumns, device: images.device).view(-1, 2, 1, size) + tensor(ofRows, device: images.device).view(-1, 2, size, 1); // (B, 2, size, size)
        return nn.functional.grid_sample(images, grid.permute(0, 2, 3, 1), GridSampleMode.Bilinear, GridSamplePaddingMode.Reflection, align_corners: false)
            .MoveToOuterDisposeScope();
    }
}
