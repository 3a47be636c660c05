namespace ContrastiveService.Training.Views;

/// <summary>What chance decided for one view of one picture. The defaults leave the picture as it is.</summary>
/// <param name="Left">Left edge of the crop, as a share of the picture's width.</param>
/// <param name="Top">Upper edge of the crop, as a share of its height.</param>
/// <param name="Width">Width of the crop, as a share of the picture's.</param>
/// <param name="Height">Height of the crop, likewise.</param>
/// <param name="Flipped">Left and right change places.</param>
/// <param name="Angle">Rotation of the resized crop about its centre, counter-clockwise, in radians.</param>
/// <param name="Brightness">Factor on every channel.</param>
/// <param name="Contrast">Factor on the distance from the view's mean grey.</param>
/// <param name="Saturation">Factor on the distance from the pixel's grey.</param>
/// <param name="Hue">Rotation about the grey axis, in radians.</param>
/// <param name="Grey">Every channel becomes the pixel's grey.</param>
/// <param name="BlurSigma">Standard deviation of the blur, in pixels of the view; 0 is none.</param>
/// <param name="Solarized">Values from the plan's threshold on are turned over.</param>
sealed record ViewDraw(
    double Left = 0, double Top = 0, double Width = 1, double Height = 1, bool Flipped = false, double Angle = 0,
    double Brightness = 1, double Contrast = 1, double Saturation = 1, double Hue = 0, bool Grey = false, double BlurSigma = 0, bool Solarized = false)
{
    const int CropAttempts = 10;

    /// <summary>Uniform numbers that one draw uses up, whatever the plan: switching one part off does not change the others.</summary>
    public const int Numbers = 13 + 2 * CropAttempts;

    /// <param name="plan">Ranges and probabilities.</param>
    /// <param name="uniform"><see cref="Numbers"/> numbers in [0, 1).</param>
    /// <param name="aspect">Width : height of the picture.</param>
    public static ViewDraw From(ViewsPlan plan, ReadOnlySpan<float> uniform, double aspect)
    {
        var flipped = uniform[0] < plan.Flip;
        var rotates = uniform[1] < plan.Rotate.Probability;
        var angle = Between(-plan.Rotate.Degrees, plan.Rotate.Degrees, uniform[2]) * Math.PI / 180;
        var jitters = uniform[3] < plan.Color.Probability;
        var strength = jitters ? plan.Color.Strength : 0;
        var sigma = uniform[9] < plan.Blur.Probability ? Between(plan.Blur.Sigma[0], plan.Blur.Sigma[1], uniform[10]) : 0;
        var (width, height) = CropSize(plan.Crop, uniform[13..], aspect);
        return new ViewDraw(
            Left: uniform[11] * (1 - width), Top: uniform[12] * (1 - height), width, height, flipped, rotates ? angle : 0,
            Brightness: Between(1 - strength, 1 + strength, uniform[4]), Contrast: Between(1 - strength, 1 + strength, uniform[5]),
            Saturation: Between(1 - strength, 1 + strength, uniform[6]), Hue: Between(-strength / 4, strength / 4, uniform[7]) * 2 * Math.PI,
            Grey: uniform[8] < plan.Grey, sigma);
    }

    /// <summary>Area and the logarithm of the ratio are uniform; what does not fit into the picture is drawn again, and after ten times the largest that fits is taken.</summary>
    static (double Width, double Height) CropSize(CropPlan plan, ReadOnlySpan<float> uniform, double aspect)
    {
        for (var attempt = 0; attempt < CropAttempts; attempt++)
        {
            var area = Between(plan.Scale[0], plan.Scale[1], uniform[2 * attempt]);
            var ratio = Math.Exp(Between(Math.Log(plan.Ratio[0]), Math.Log(plan.Ratio[1]), uniform[2 * attempt + 1]));
            var (width, height) = (Math.Sqrt(area * ratio / aspect), Math.Sqrt(area / ratio * aspect));
            if (width <= 1 && height <= 1) return (width, height);
        }
        var nearest = Math.Clamp(aspect, plan.Ratio[0], plan.Ratio[1]);
        return nearest < aspect ? (nearest / aspect, 1) : (1, aspect / nearest);
    }

    static double Between(double low, double high, float uniform) => low + (high - low) * uniform;
}
