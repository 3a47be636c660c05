using ContrastiveService.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>Crop, flip and rotation of every picture in one resampling.</summary>
static class AffineMap
{
    // A crop that is scaled down by a thousandth, or by rounding, is none that needs smoothing.
    const double Tolerance = 1e-3;

    /// <summary>
    /// (B, C, H, W) to (B, C, size, size), bilinear. Where a rotation looks beyond the edge it finds the picture mirrored: black corners would tell the encoder
    /// the angle. A crop that is scaled down is looked at in as many places for each pixel of the view as it takes to leave no pixel of the picture out, and
    /// their mean is taken, so that fine patterns turn grey and not into other patterns; scaled down by a whole number, that is the mean over the pixel's area.
    /// </summary>
    public static Tensor Apply(Tensor images, IReadOnlyList<ViewDraw> draws, int size)
    {
        // How often depends on the picture's own draw: a view must not change with who else is in the batch.
        var groups = Enumerable.Range(0, draws.Count).GroupBy(i => PointsPerPixel(draws[i], images, size)).ToArray();
        if (groups.Length == 1)
            return Sample(images, draws, size, groups[0].Key);

        using var scope = NewDisposeScope();
        var views = empty([images.size(0), images.size(1), size, size], images.dtype, images.device);
        foreach (var group in groups)
        {
            var index = tensor(group.Select(i => (long)i).ToArray(), device: images.device);
            views.index_copy_(0, index, Sample(images.index_select(0, index), [.. group.Select(i => draws[i])], size, group.Key));
        }

        return views.MoveToOuterDisposeScope();
    }

    /// <summary>Points along each axis of a pixel of the view: how many pixels of the picture it spans, rounded up; 1 where the crop is scaled up.</summary>
    public static int PointsPerPixel(ViewDraw draw, Tensor images, int size) =>
        Math.Max(1, (int)Math.Ceiling(Math.Max(draw.Width * images.size(3), draw.Height * images.size(2)) / size - Tolerance));

    /// <remarks>
    /// A point of the view comes from centre + half size · flip · rotation · point, in coordinates from −1 to 1. That is a sum of what its column and what its
    /// row contribute, so the grid is one addition, and is left in planes (x, then y), which the sampler reads as well as pairs.
    /// </remarks>
    static Tensor Sample(Tensor images, IReadOnlyList<ViewDraw> draws, int size, int pointsPerPixel)
    {
        using var scope = NewDisposeScope();
        var points = size * pointsPerPixel;
        var (ofColumns, ofRows) = (new float[draws.Count * 2 * points], new float[draws.Count * 2 * points]);
        for (var i = 0; i < draws.Count; i++)
        {
            var draw = draws[i];
            var (sin, cos) = Math.SinCos(draw.Angle);
            var halfWidth = draw.Flipped ? -draw.Width : draw.Width;
            var (centreX, centreY) = (2 * draw.Left + draw.Width - 1, 2 * draw.Top + draw.Height - 1);
            var (x, y) = (2 * i * points, (2 * i + 1) * points);
            for (var at = 0; at < points; at++)
            {
                var point = (2 * at + 1.0) / points - 1;
                ofColumns[x + at] = (float)(halfWidth * cos * point);
                ofColumns[y + at] = (float)(draw.Height * sin * point);
                ofRows[x + at] = (float)(centreX - halfWidth * sin * point);
                ofRows[y + at] = (float)(centreY + draw.Height * cos * point);
            }
        }

        var columns = tensor(ofColumns, device: images.device).view(-1, 2, 1, points);
        var grid = columns.add(tensor(ofRows, device: images.device).view(-1, 2, points, 1), Scalars.One); // (B, 2, points, points)
        var sampled = nn.functional.grid_sample(images, grid.permute(0, 2, 3, 1), GridSampleMode.Bilinear, GridSamplePaddingMode.Reflection, align_corners: false);
        return (pointsPerPixel == 1 ? sampled : nn.functional.avg_pool2d(sampled, pointsPerPixel)).MoveToOuterDisposeScope();
    }
}
