using ContrastiveService.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>Brightness, contrast, saturation, hue and grey, in this order, as one matrix and one offset a picture.</summary>
/// <remarks>
/// With L the matrix that makes a pixel grey (Rec. 601 luma) and C the turn of hue by a right angle in the plane across the grey axis (YIQ), saturation is
/// L + s(I − L) and hue L + cos h (I − L) + sin h C. As L² = L, LC = CL = 0 and C² = L − I, any sequence of them is αL + β(I − L) + γC.
/// Values are clamped to [0, 1] once, after all.
/// </remarks>
static class ColorMatrix
{
    /// <summary>Rec. 601 luma.</summary>
    public const float Red = 0.299f, Green = 0.587f, Blue = 0.114f;

    static readonly float[] Bases =
    [
        Red, Green, Blue, Red, Green, Blue, Red, Green, Blue, // L
        1 - Red, -Green, -Blue, -Red, 1 - Green, -Blue, -Red, -Green, 1 - Blue, // I − L
        0.167740f, 0.329310f, -0.497050f, -0.328113f, 0.035467f, 0.292646f, 1.249546f, -1.046339f, -0.203207f, // C
    ];

    /// <summary>(B, C, H, W), float in [0, 1], C of 1 or 3. The result is new.</summary>
    public static Tensor Apply(Tensor images, IReadOnlyList<ViewDraw> draws)
    {
        using var scope = NewDisposeScope();
        var (batch, channels) = (images.size(0), images.size(1));
        var device = images.device;
        var (combination, offset) = (new float[draws.Count * 3], new float[draws.Count]);
        for (var i = 0; i < draws.Count; i++)
        {
            var draw = draws[i];
            var gain = draw.Brightness * draw.Contrast;
            var chroma = draw.Grey ? 0 : gain * draw.Saturation;
            combination[3 * i] = (float)gain;
            combination[3 * i + 1] = (float)(chroma * Math.Cos(draw.Hue));
            combination[3 * i + 2] = (float)(chroma * Math.Sin(draw.Hue));
            offset[i] = (float)((1 - draw.Contrast) * draw.Brightness);
        }

        var means = images.mean([2, 3]); // (B, C)
        var greyMeans = channels == 1 ? means : means.mm(tensor(Bases[..3], device: device).view(3, 1)); // (B, 1)
        var shift = greyMeans.mul_(tensor(offset, device: device).view(-1, 1)).view(-1, 1, 1); // (B, 1, 1)
        var weights = tensor(combination, device: device).view(-1, 3);
        var changed = channels == 1
            ? images.mul(weights.narrow(1, 0, 1).view(-1, 1, 1, 1)).view(batch, 1, -1)
            : weights.mm(tensor(Bases, device: device).view(3, 9)).view(-1, 3, 3).bmm(images.view(batch, 3, -1)); // (B, C, HW)
        return changed.add_(shift, Scalars.One).clamp_(Scalars.Zero, Scalars.One).view(images.shape).MoveToOuterDisposeScope();
    }
}
