using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Views;

/// <summary>Crops that are scaled down must not turn fine patterns into other patterns.</summary>
public sealed class ScaledDownTests
{
    static Tensor Noise(int batch, int size)
    {
        using var random = new Generator(5);
        return rand([batch, 3, size, size], generator: random);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Scaled_down_by_a_whole_number_a_pixel_is_the_mean_over_its_area(int factor)
    {
        using var scope = NewDisposeScope();
        var pictures = Noise(2, 8 * factor);

        var views = AffineMap.Apply(pictures, [new ViewDraw(), new ViewDraw(Flipped: true)], 8);

        var area = nn.functional.avg_pool2d(pictures, factor);
        (views[0] - area[0]).abs().max().ToSingle().ShouldBeLessThan(1e-5f);
        (views[1] - area[1].flip(2)).abs().max().ToSingle().ShouldBeLessThan(1e-5f);
    }

    [Theory]
    [InlineData(1.0, 0.0)]
    [InlineData(0.83, 0.0)]
    [InlineData(0.61, 0.3)]
    public void A_fine_checkerboard_turns_grey(double share, double angle)
    {
        using var scope = NewDisposeScope();
        var board = (arange(96).view(1, 1, 96, 1) + arange(96).view(1, 1, 1, 96)).remainder(2).to(float32);

        var view = AffineMap.Apply(board, [new ViewDraw(Left: 0.1 * (1 - share), Top: 0.2 * (1 - share), Width: share, Height: share, Angle: angle)], 16);

        // One look at each pixel would give anything between black and white.
        (view - 0.5).abs().max().ToSingle().ShouldBeLessThan(0.2f);
    }

    [Fact]
    public void A_crop_that_is_scaled_up_has_the_same_bits_whoever_is_in_the_batch()
    {
        using var scope = NewDisposeScope();
        var pictures = Noise(4, 24);
        ViewDraw up = new(0.1, 0.2, 0.5, 0.4, true, 0.3), down = new(0, 0, 0.9, 0.95), evenly = new(0.25, 0.25, 0.5, 0.5);

        var mixed = AffineMap.Apply(pictures, [up, down, evenly, down], 12);

        AffineMap.PointsPerPixel(up, pictures, 12).ShouldBe(1);
        AffineMap.PointsPerPixel(evenly, pictures, 12).ShouldBe(1);
        AffineMap.PointsPerPixel(down, pictures, 12).ShouldBe(2);
        foreach (var (place, draw) in new[] { (0, up), (1, down), (2, evenly), (3, down) })
            mixed[place].eq(AffineMap.Apply(pictures.narrow(0, place, 1), [draw], 12)[0]).all().ToBoolean().ShouldBeTrue($"picture {place}");
    }
}
