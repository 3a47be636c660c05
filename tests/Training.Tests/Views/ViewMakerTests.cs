using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Views;

public sealed class ViewMakerTests
{
    static readonly ViewsPlan Identity = new()
    {
        Crop = new CropPlan { Scale = [1, 1], Ratio = [1, 1] },
        Flip = 0,
        Rotate = new RotatePlan { Degrees = 0 },
        Color = new ColorPlan { Strength = 0 },
        Grey = 0,
        Blur = new BlurPlan { Probability = 0 },
    };

    static readonly ViewsPlan Everything = new() { Rotate = new RotatePlan { Degrees = 30 } };

    static Preprocessing Pictures(int channels, int size) =>
        new(size, channels, channels == 1 ? [0.3] : [0.5, 0.4, 0.3], channels == 1 ? [0.25] : [0.2, 0.25, 0.3]);

    static Tensor Noise(int batch, int channels, int height, int width, ulong seed = 3)
    {
        using var random = new Generator(seed);
        return randint(0, 256, [batch, channels, height, width], dtype: uint8, generator: random);
    }

    static Tensor Make(ViewsPlan plan, Tensor images, int size, ulong seed = 1)
    {
        using var random = new Generator(seed);
        return new ViewMaker(plan, Pictures((int)images.size(1), size)).Make(images, random);
    }

    /// <summary>Compares with the slow way, in the unit of the normalised view.</summary>
    static void ShouldBeTheSlowView(Tensor images, ViewsPlan plan, int size, params ViewDraw[] draws)
    {
        using var scope = NewDisposeScope();
        var preprocessing = Pictures((int)images.size(1), size);
        var views = new ViewMaker(plan, preprocessing).Apply(preprocessing.ToUnit(images), draws);
        views.shape.ShouldBe([images.size(0), images.size(1), size, size]);
        for (var i = 0; i < draws.Length; i++)
        {
            var expected = SlowView.Make(ToArray(images[i]), draws[i], size, GaussianBlur.Radius(plan.Blur.Sigma[1], size));
            for (var channel = 0; channel < images.size(1); channel++)
            {
                var view = views[i, channel].flatten().data<float>().ToArray();
                for (var pixel = 0; pixel < view.Length; pixel++)
                {
                    var value = (expected[channel, pixel / size, pixel % size] - preprocessing.Mean[channel]) / preprocessing.Std[channel];
                    ((double)view[pixel]).ShouldBe(value, 5e-5, $"picture {i}, channel {channel}, pixel {pixel}, {draws[i]}");
                }
            }
        }
    }

    static double[,,] ToArray(Tensor picture)
    {
        var array = new double[picture.size(0), picture.size(1), picture.size(2)];
        var values = picture.contiguous().flatten().data<byte>().ToArray();
        Buffer.BlockCopy(values.Select(value => value / 255.0).ToArray(), 0, array, 0, values.Length * sizeof(double));
        return array;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_plan_that_changes_nothing_gives_exactly_the_normalised_picture(int channels)
    {
        using var scope = NewDisposeScope();
        var images = Noise(5, channels, 12, 12);

        var views = Make(Identity, images, 12);

        views.eq(Pictures(channels, 12).Normalize(images)).all().ToBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    public void Solarised_views_have_their_bright_values_turned_over_and_the_others_are_what_they_were(double threshold)
    {
        using var scope = NewDisposeScope();
        var plan = new ViewsPlan { Grey = 0, Blur = new BlurPlan { Probability = 0 } };
        var preprocessing = new Preprocessing(9, 1, [0], [1]);
        var pictures = (rand([40, 1, 9, 9]) * 255).to(uint8);

        var before = Make(plan);
        var after = Make(plan with { Solarize = new SolarizePlan { Probability = 0.5, Threshold = threshold } });

        var changed = 0;
        for (var i = 0; i < 40; i++)
        {
            var (b, a) = (before[i], after[i]);
            var solarized = where(b.ge(threshold), 1 - b, b);
            if (a.allclose(b) && !solarized.allclose(b))
                continue;
            a.allclose(solarized).ShouldBeTrue($"picture {i}");
            changed++;
        }

        changed.ShouldBeInRange(10, 30);

        Tensor Make(ViewsPlan views)
        {
            using var random = new Generator(5);
            return new ViewMaker(views, preprocessing).Make(pictures, random);
        }
    }

    [Fact]
    public void A_picture_that_is_sure_to_be_flipped_is_its_mirror_image()
    {
        using var scope = NewDisposeScope();
        var images = Noise(5, 3, 12, 12);

        var views = Make(Identity with { Flip = 1 }, images, 12);

        views.allclose(Pictures(3, 12).Normalize(images).flip(3), atol: 1e-4).ShouldBeTrue();
    }

    [Fact]
    public void A_quarter_turn_is_counter_clockwise_and_moves_whole_pixels()
    {
        using var scope = NewDisposeScope();
        var images = Noise(2, 3, 12, 12);
        var preprocessing = Pictures(3, 12);

        var views = new ViewMaker(Everything, preprocessing).Apply(preprocessing.ToUnit(images), [new ViewDraw(Angle: Math.PI / 2), new ViewDraw(Angle: -Math.PI)]);

        views[0].allclose(preprocessing.Normalize(images)[0].rot90(1, (1, 2)), atol: 1e-4).ShouldBeTrue();
        views[1].allclose(preprocessing.Normalize(images)[1].rot90(2, (1, 2)), atol: 1e-4).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 10, 14)]
    [InlineData(3, 16, 12)]
    public void Crops_flips_and_rotations_are_those_of_the_slow_way(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();

        ShouldBeTheSlowView(
            Noise(6, channels, height, width), Everything, size: 12,
            new ViewDraw(Left: 0.25, Top: 0.1, Width: 0.5, Height: 0.7), new ViewDraw(Width: 0.3, Height: 0.3), new ViewDraw(Left: 0.6, Top: 0.7, Width: 0.4, Height: 0.3, Flipped: true),
            new ViewDraw(Angle: 0.4), new ViewDraw(Left: 0.2, Top: 0.3, Width: 0.6, Height: 0.5, Angle: -0.7), new ViewDraw(Left: 0.1, Width: 0.8, Height: 0.9, Flipped: true, Angle: 1.1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Colours_in_one_matrix_are_those_of_one_step_after_the_other(int channels)
    {
        using var scope = NewDisposeScope();

        ShouldBeTheSlowView(
            Noise(8, channels, 8, 8), Identity with { Color = new ColorPlan { Strength = 0.4 } }, size: 8,
            new ViewDraw(), new ViewDraw(Brightness: 0.7), new ViewDraw(Contrast: 0.5), new ViewDraw(Saturation: 0.4), new ViewDraw(Hue: 0.5), new ViewDraw(Grey: true),
            new ViewDraw(Brightness: 1.3, Contrast: 0.8, Saturation: 1.4, Hue: -0.6), new ViewDraw(Brightness: 0.6, Contrast: 1.4, Saturation: 0.7, Hue: 0.3, Grey: true));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Each_picture_is_blurred_by_its_own_width_or_not_at_all(int channels)
    {
        using var scope = NewDisposeScope();

        ShouldBeTheSlowView(
            Noise(4, channels, 9, 9), Identity, size: 9, new ViewDraw(BlurSigma: 0.6), new ViewDraw(), new ViewDraw(BlurSigma: 2.5), new ViewDraw(BlurSigma: 0.05));
    }

    [Fact]
    public void Everything_at_once_is_that_of_the_slow_way()
    {
        using var scope = NewDisposeScope();

        ShouldBeTheSlowView(
            Noise(2, 3, 14, 11), Everything, size: 10,
            new ViewDraw(0.1, 0.2, 0.7, 0.6, true, 0.3, 1.2, 0.8, 1.3, 0.2, false, 0.9), new ViewDraw(0.3, 0, 0.5, 0.9, false, -0.2, 0.8, 1.3, 0.6, -0.4, true, 1.7));
    }

    [Fact]
    public void A_seed_gives_the_same_views_and_another_seed_others()
    {
        using var scope = NewDisposeScope();
        var images = Noise(8, 3, 16, 16);

        var views = Make(Everything, images, 16);

        views.eq(Make(Everything, images, 16)).all().ToBoolean().ShouldBeTrue();
        views.eq(Make(Everything, images, 16, seed: 2)).all().ToBoolean().ShouldBeFalse();
    }

    [Fact]
    public void Views_of_one_picture_differ_within_a_batch_and_between_two_of_them()
    {
        using var scope = NewDisposeScope();
        var images = Noise(1, 3, 16, 16).expand(6, 3, 16, 16);
        using var random = new Generator(1);
        var maker = new ViewMaker(Everything, Pictures(3, 16));

        var (first, second) = (maker.Make(images, random), maker.Make(images, random));

        for (var i = 0; i < 6; i++)
        {
            (first[i] - second[i]).abs().max().ToSingle().ShouldBeGreaterThan(0.1f);
            (first[i] - first[(i + 1) % 6]).abs().max().ToSingle().ShouldBeGreaterThan(0.1f);
        }
    }

    [Fact]
    public void A_view_depends_on_its_own_picture_alone()
    {
        using var scope = NewDisposeScope();
        var images = Noise(6, 3, 16, 16);
        var others = images.clone();
        others[3] = Noise(1, 3, 16, 16, seed: 9)[0];

        var same = Make(Everything, images, 16).eq(Make(Everything, others, 16)).flatten(1).all(1).data<bool>().ToArray();

        same.ShouldBe([true, true, true, false, true, true]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void One_tensor_is_left_in_the_callers_scope(int channels)
    {
        using var images = Noise(4, channels, 16, 16).DetachFromDisposeScope();
        foreach (var plan in new[] { Identity, Everything, Identity with { Blur = new BlurPlan { Probability = 1 } } })
        {
            using var scope = NewDisposeScope();
            Make(plan, images, 16);
            scope.DisposablesCount.ShouldBe(1);
        }
    }

    [Fact]
    public void The_pictures_themselves_are_left_as_they_were()
    {
        using var scope = NewDisposeScope();
        var images = Noise(4, 3, 16, 16);
        var before = images.clone();

        Make(Everything, images, 16);
        Make(Identity with { Blur = new BlurPlan { Probability = 1 } }, images, 16);

        images.eq(before).all().ToBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Views_stay_within_what_normalised_pictures_can_be()
    {
        using var scope = NewDisposeScope();
        var preprocessing = Pictures(3, 16);

        var views = Make(Everything with { Color = new ColorPlan { Strength = 1, Probability = 1 } }, Noise(64, 3, 20, 20), 16);

        for (var channel = 0; channel < 3; channel++)
        {
            var values = views[.., channel];
            values.min().ToDouble().ShouldBeGreaterThanOrEqualTo((0 - preprocessing.Mean[channel]) / preprocessing.Std[channel] - 1e-5);
            values.max().ToDouble().ShouldBeLessThanOrEqualTo((1 - preprocessing.Mean[channel]) / preprocessing.Std[channel] + 1e-5);
        }
    }

    [Fact]
    public void Pictures_of_another_kind_are_refused_with_what_would_be_right()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => Make(Everything, rand(2, 3, 8, 8), 8)).Message.ShouldContain("uint8 of shape (B, 3, H, W)");
        Should.Throw<ArgumentException>(() => Pictures(1, 8).Normalize(Noise(2, 3, 8, 8))).Message.ShouldContain("(2, 3, 8, 8)");
    }
}
