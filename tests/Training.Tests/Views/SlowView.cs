using ContrastiveService.Training.Views;

namespace ContrastiveService.Training.Tests.Views;

/// <summary>One view made the obvious way, pixel by pixel, one step after the other.</summary>
static class SlowView
{
    /// <summary>[channel, row, column] in [0, 1] in and out.</summary>
    public static double[,,] Make(double[,,] picture, ViewDraw draw, int size, int blurRadius)
    {
        var view = Resample(picture, draw, size);
        Recolor(view, draw);
        return draw.BlurSigma > 0 ? Blur(view, draw.BlurSigma, blurRadius) : view;
    }

    static double[,,] Resample(double[,,] picture, ViewDraw draw, int size)
    {
        var (channels, height, width) = (picture.GetLength(0), picture.GetLength(1), picture.GetLength(2));
        var view = new double[channels, size, size];
        // A crop that is scaled down: so many places along each axis of a pixel, and their mean.
        var places = Math.Max(1, (int)Math.Ceiling(Math.Max(draw.Width * width, draw.Height * height) / size - 1e-3));
        for (var fineRow = 0; fineRow < size * places; fineRow++)
        {
            for (var fineColumn = 0; fineColumn < size * places; fineColumn++)
            {
                // From the middle of the view, in pixels of the view: undo the rotation, undo the flip, then find the place in the crop.
                var (right, down) = ((fineColumn + 0.5) / places - size / 2.0, (fineRow + 0.5) / places - size / 2.0);
                var (x, y) = (right * Math.Cos(draw.Angle) - down * Math.Sin(draw.Angle), right * Math.Sin(draw.Angle) + down * Math.Cos(draw.Angle));
                if (draw.Flipped) x = -x;
                var (cropWidth, cropHeight) = (draw.Width * width, draw.Height * height);
                var sourceX = draw.Left * width + cropWidth / 2 + x * cropWidth / size - 0.5;
                var sourceY = draw.Top * height + cropHeight / 2 + y * cropHeight / size - 0.5;
                for (var channel = 0; channel < channels; channel++)
                    view[channel, fineRow / places, fineColumn / places] += Between(picture, channel, sourceX, sourceY) / (places * places);
            }
        }
        return view;
    }

    static double Between(double[,,] picture, int channel, double x, double y)
    {
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (shareX, shareY) = (x - left, y - top);
        double At(int row, int column) => picture[channel, Mirror(row, picture.GetLength(1)), Mirror(column, picture.GetLength(2))];
        return (1 - shareY) * ((1 - shareX) * At(top, left) + shareX * At(top, left + 1)) + shareY * ((1 - shareX) * At(top + 1, left) + shareX * At(top + 1, left + 1));
    }

    static int Mirror(int index, int length)
    {
        while (index < 0 || index >= length) index = index < 0 ? -1 - index : 2 * length - 1 - index;
        return index;
    }

    static void Recolor(double[,,] view, ViewDraw draw)
    {
        Each(view, pixel => [.. pixel.Select(value => value * draw.Brightness)]);
        var mean = 0.0;
        Each(view, pixel =>
        {
            mean += Grey(pixel) / (view.GetLength(1) * view.GetLength(2));
            return pixel;
        });
        Each(view, pixel => [.. pixel.Select(value => mean + draw.Contrast * (value - mean))]);
        if (view.GetLength(0) == 3)
        {
            Each(view, pixel => [.. pixel.Select(value => Grey(pixel) + draw.Saturation * (value - Grey(pixel)))]);
            Each(view, pixel => TurnHue(pixel, draw.Hue));
            if (draw.Grey) Each(view, pixel => [Grey(pixel), Grey(pixel), Grey(pixel)]);
        }
        Each(view, pixel => [.. pixel.Select(value => Math.Clamp(value, 0, 1))]);
    }

    static double Grey(double[] pixel) => pixel.Length == 1 ? pixel[0] : 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];

    /// <summary>To luma and two axes of colour (YIQ, FCC 1953), a rotation of these, and back.</summary>
    static double[] TurnHue(double[] rgb, double angle)
    {
        var y = Grey(rgb);
        var i = 0.595716 * rgb[0] - 0.274453 * rgb[1] - 0.321263 * rgb[2];
        var q = 0.211456 * rgb[0] - 0.522591 * rgb[1] + 0.311135 * rgb[2];
        (i, q) = (i * Math.Cos(angle) - q * Math.Sin(angle), i * Math.Sin(angle) + q * Math.Cos(angle));
        return [y + 0.956296 * i + 0.621024 * q, y - 0.272122 * i - 0.647381 * q, y - 1.106989 * i + 1.704615 * q];
    }

    static void Each(double[,,] view, Func<double[], double[]> change)
    {
        var channels = view.GetLength(0);
        for (var row = 0; row < view.GetLength(1); row++)
        {
            for (var column = 0; column < view.GetLength(2); column++)
            {
                var changed = change([.. Enumerable.Range(0, channels).Select(channel => view[channel, row, column])]);
                for (var channel = 0; channel < channels; channel++) view[channel, row, column] = changed[channel];
            }
        }
    }

    static double[,,] Blur(double[,,] view, double sigma, int radius)
    {
        var (channels, size) = (view.GetLength(0), view.GetLength(1));
        var blurred = new double[channels, size, size];
        for (var channel = 0; channel < channels; channel++)
        {
            for (var row = 0; row < size; row++)
            {
                for (var column = 0; column < size; column++)
                {
                    var (sum, weights) = (0.0, 0.0);
                    for (var down = -radius; down <= radius; down++)
                    {
                        for (var right = -radius; right <= radius; right++)
                        {
                            var weight = Math.Exp(-(right * right + down * down) / (2 * sigma * sigma));
                            sum += weight * view[channel, MirrorAboutPixel(row + down, size), MirrorAboutPixel(column + right, size)];
                            weights += weight;
                        }
                    }
                    blurred[channel, row, column] = sum / weights;
                }
            }
        }
        return blurred;
    }

    static int MirrorAboutPixel(int index, int length) => index < 0 ? -index : index >= length ? 2 * (length - 1) - index : index;
}
