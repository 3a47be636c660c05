using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Views;

/// <summary>What chance decides, over many draws.</summary>
public sealed class ViewDrawTests
{
    static ViewDraw[] Draws(ViewsPlan plan, double aspect = 1, int count = 20_000)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(11);
        var uniform = MemoryMarshal.Cast<byte, float>(rand(count, ViewDraw.Numbers, generator: random).bytes);
        var draws = new ViewDraw[count];
        for (var i = 0; i < count; i++) draws[i] = ViewDraw.From(plan, uniform.Slice(i * ViewDraw.Numbers, ViewDraw.Numbers), aspect);
        return draws;
    }

    static void ShouldBeUniform(IEnumerable<double> values, double low, double high)
    {
        var all = values.ToList();
        all.Min().ShouldBe(low, 0.01 * (high - low));
        all.Max().ShouldBe(high, 0.01 * (high - low));
        all.Average().ShouldBe((low + high) / 2, 0.02 * (high - low));
        ((double)all.Count(value => value < low + (high - low) / 4) / all.Count).ShouldBe(0.25, 0.02);
    }

    [Fact]
    public void A_seed_gives_the_draws_that_it_gave_in_every_run_before()
    {
        var draws = Draws(new ViewsPlan { Rotate = new RotatePlan { Degrees = 30 } }, aspect: 1.2, count: 500);
        var text = string.Join('\n', draws.Select(d => FormattableString.Invariant(
            $"{d.Left:F4} {d.Top:F4} {d.Width:F4} {d.Height:F4} {d.Flipped} {d.Angle:F4} {d.Brightness:F4} {d.Contrast:F4} {d.Saturation:F4} {d.Hue:F4} {d.Grey} {d.BlurSigma:F4}")));

        // Another number here means that runs cannot be repeated with this version.
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16].ShouldBe("0051355e6d5eda16");
    }

    [Fact]
    public void Colours_angles_and_widths_fill_their_ranges_evenly()
    {
        var draws = Draws(new ViewsPlan
        {
            Rotate = new RotatePlan { Degrees = 90, Probability = 1 },
            Color = new ColorPlan { Strength = 0.4, Probability = 1 },
            Blur = new BlurPlan { Probability = 1, Sigma = [0.5, 1.5] },
        });

        ShouldBeUniform(draws.Select(draw => draw.Angle), -Math.PI / 2, Math.PI / 2);
        ShouldBeUniform(draws.Select(draw => draw.Brightness), 0.6, 1.4);
        ShouldBeUniform(draws.Select(draw => draw.Contrast), 0.6, 1.4);
        ShouldBeUniform(draws.Select(draw => draw.Saturation), 0.6, 1.4);
        ShouldBeUniform(draws.Select(draw => draw.Hue), -0.2 * Math.PI, 0.2 * Math.PI);
        ShouldBeUniform(draws.Select(draw => draw.BlurSigma), 0.5, 1.5);
    }

    [Fact]
    public void Everything_happens_as_often_as_the_plan_says()
    {
        var draws = Draws(new ViewsPlan
        {
            Flip = 0.5,
            Grey = 0.2,
            Rotate = new RotatePlan { Degrees = 45, Probability = 0.3 },
            Color = new ColorPlan { Strength = 0.4, Probability = 0.8 },
            Blur = new BlurPlan { Probability = 0.6 },
        });

        double Share(Func<ViewDraw, bool> happened) => (double)draws.Count(happened) / draws.Length;
        Share(draw => draw.Flipped).ShouldBe(0.5, 0.02);
        Share(draw => draw.Grey).ShouldBe(0.2, 0.02);
        Share(draw => draw.Angle != 0).ShouldBe(0.3, 0.02);
        Share(draw => draw is not { Brightness: 1, Contrast: 1, Saturation: 1, Hue: 0 }).ShouldBe(0.8, 0.02);
        Share(draw => draw.BlurSigma > 0).ShouldBe(0.6, 0.02);
        Share(draw => draw.Flipped && draw.Grey).ShouldBe(0.1, 0.02, "independent of one another");
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.5)]
    [InlineData(0.5)]
    public void Crops_lie_within_the_picture_and_have_the_areas_and_ratios_asked_for(double aspect)
    {
        var draws = Draws(new ViewsPlan { Crop = new CropPlan { Scale = [0.2, 0.6], Ratio = [0.75, 1.25] } }, aspect);

        draws.ShouldAllBe(draw => draw.Left >= 0 && draw.Top >= 0 && draw.Left + draw.Width <= 1 + 1e-9 && draw.Top + draw.Height <= 1 + 1e-9);
        draws.ShouldAllBe(draw => draw.Width * draw.Height >= 0.2 - 1e-6 && draw.Width * draw.Height <= 0.6 + 1e-6);
        draws.ShouldAllBe(draw => draw.Width / draw.Height * aspect >= 0.75 - 1e-6 && draw.Width / draw.Height * aspect <= 1.25 + 1e-6);
        draws.Average(draw => draw.Left + draw.Width / 2).ShouldBe(0.5, 0.01);
        draws.Average(draw => draw.Top + draw.Height / 2).ShouldBe(0.5, 0.01);
    }

    [Theory]
    [InlineData(0.25, 0.25, 1)]
    [InlineData(4, 1, 0.25)]
    [InlineData(1, 1, 1)]
    public void Where_no_crop_of_the_ratio_fits_the_largest_is_taken(double aspect, double height, double width)
    {
        // The whole area in a square crop only fits a square picture.
        var draw = Draws(new ViewsPlan { Crop = new CropPlan { Scale = [1, 1], Ratio = [1, 1] } }, aspect, count: 1).Single();

        draw.Width.ShouldBe(width, 1e-9);
        draw.Height.ShouldBe(height, 1e-9);
    }

    [Fact]
    public void Switching_one_part_off_leaves_the_others_as_they_were()
    {
        var with = Draws(new ViewsPlan { Rotate = new RotatePlan { Degrees = 20 } }, count: 50);
        var without = Draws(new ViewsPlan { Rotate = new RotatePlan { Degrees = 20 }, Color = new ColorPlan { Strength = 0 }, Blur = new BlurPlan { Probability = 0 } }, count: 50);

        with.Select(draw => (draw.Left, draw.Top, draw.Width, draw.Height, draw.Flipped, draw.Angle, draw.Grey))
            .ShouldBe(without.Select(draw => (draw.Left, draw.Top, draw.Width, draw.Height, draw.Flipped, draw.Angle, draw.Grey)));
    }
}
