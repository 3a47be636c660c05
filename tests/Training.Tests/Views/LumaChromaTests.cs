using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Views;

public sealed class LumaChromaTests
{
    private static readonly Preprocessing Normal = new(4, 3, [0.5, 0.4, 0.3], [0.2, 0.25, 0.3]);

    [Fact]
    public void Luma_is_the_picture_in_black_and_white_and_chroma_has_its_colour_differences_at_one_brightness()
    {
        using var scope = NewDisposeScope();
        var picture = Picture();

        var (luma, chroma) = LumaChroma.Split(Normalized(picture), Normal);

        var y = Y(picture);
        (Unit(luma) - y).abs().max().ToDouble().ShouldBeLessThan(1e-6);
        (Y(Unit(chroma)) - ((0.299 * 0.5) + (0.587 * 0.4) + (0.114 * 0.3))).abs().max().ToDouble().ShouldBeLessThan(1e-6);
        var (before, after) = (picture - y, Unit(chroma));
        (before - before.select(1, 0).unsqueeze(1) - (after - after.select(1, 0).unsqueeze(1))).abs().max().ToDouble().ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void A_lighter_picture_has_the_same_chroma_and_another_hue_of_the_same_brightness_the_same_luma()
    {
        using var scope = NewDisposeScope();
        var picture = Picture();
        var hue = tensor(new[] { 0.114f, 0, -0.299f }).view(1, 3, 1, 1); // adds nothing to the luma
        var (luma, chroma) = LumaChroma.Split(Normalized(picture), Normal);

        var (lighterLuma, lighterChroma) = LumaChroma.Split(Normalized(picture + 0.1), Normal);
        var (turnedLuma, turnedChroma) = LumaChroma.Split(Normalized(picture + hue), Normal);

        (lighterChroma - chroma).abs().max().ToDouble().ShouldBeLessThan(1e-5);
        (lighterLuma - luma).abs().min().ToDouble().ShouldBeGreaterThan(0.1);
        (turnedLuma - luma).abs().max().ToDouble().ShouldBeLessThan(1e-5);
        (turnedChroma - chroma).abs().max().ToDouble().ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void Two_pictures_are_left_in_the_callers_scope_and_grey_ones_are_refused()
    {
        using var outer = NewDisposeScope();
        var views = Normalized(Picture());
        using var scope = NewDisposeScope();

        LumaChroma.Split(views, Normal);

        scope.DisposablesCount.ShouldBe(2);
        Should.Throw<ArgumentException>(() => LumaChroma.Split(ones(2, 1, 4, 4), Normal)).Message.ShouldContain("(2, 1, 4, 4)");
    }

    private static Tensor Picture()
    {
        using var random = new Generator(3);
        return rand([2, 3, 4, 4], generator: random);
    }

    private static Tensor PerChannel(double[] values) => tensor(values, dtype: float32).view(1, 3, 1, 1);

    private static Tensor Normalized(Tensor unit) => (unit - PerChannel(Normal.Mean)) / PerChannel(Normal.Std);

    private static Tensor Unit(Tensor normalized) => (normalized * PerChannel(Normal.Std)) + PerChannel(Normal.Mean);

    private static Tensor Y(Tensor unit) => (unit * PerChannel([0.299, 0.587, 0.114])).sum(1, keepdim: true);
}
