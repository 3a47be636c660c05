using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

/// <summary>What every backbone in the catalog owes its users; a new one is tested without being named here.</summary>
public sealed class BackboneCatalogTests
{
    public static TheoryData<string, StemKind> EveryBackboneWithEachStem =>
        [.. BackboneCatalog.All.SelectMany(backbone => backbone.SmallestImage.Keys, (backbone, stem) => (backbone.Name, stem))];

    static Backbone Create(string name, StemKind stem, int channels = 3, int size = 64, long seed = 1) =>
        BackboneCatalog.Create(new BackbonePlan { Type = name, Stem = stem }, channels, size, seed);

    static int Smallest(string name, StemKind stem) => BackboneCatalog.Find(name).SmallestImageWith(stem);

    /// <summary>The size nearest above that the architecture takes.</summary>
    static int Fitting(string name, int size) => BackboneCatalog.Find(name).FittingImage(StemKind.Small, size);

    [Theory]
    [MemberData(nameof(EveryBackboneWithEachStem))]
    public void The_smallest_picture_and_odd_and_oblong_ones_become_finite_features_that_differ(string name, StemKind stem)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var smallest = Smallest(name, stem);
        foreach (var channels in new[] { 1, 3 })
        {
            using var backbone = Create(name, stem, channels);
            FilledWeights.Fill(backbone);
            backbone.eval();
            foreach (var (height, width) in new[] { (smallest, smallest), (Fitting(name, smallest + 5), Fitting(name, smallest + 22)), (64, 64) })
            {
                var features = backbone.call(Noise(2, channels, height, width));

                features.shape.ShouldBe([2, backbone.Width]);
                backbone.Width.ShouldBe(BackboneCatalog.Find(name).Width);
                features.isfinite().all().ToBoolean().ShouldBeTrue();
                ((features[0] - features[1]).abs().max() / features.abs().max()).ToSingle().ShouldBeGreaterThan(1e-4f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryBackboneWithEachStem))]
    public void A_picture_that_is_too_small_or_has_other_channels_is_refused_with_what_would_be_right(string name, StemKind stem)
    {
        using var scope = NewDisposeScope();
        using var backbone = Create(name, stem);
        var smallest = Smallest(name, stem);

        Should.Throw<ArgumentException>(() => backbone.call(Noise(2, 3, smallest - 1, smallest))).Message.ShouldContain($"at least {smallest} px");
        Should.Throw<ArgumentException>(() => backbone.call(Noise(2, 1, smallest, smallest))).Message.ShouldContain("(B, 3, H, W)");
        Should.Throw<ArgumentException>(() => backbone.call(Noise(3, smallest, smallest))).Message.ShouldContain($"(3, {smallest}, {smallest})");
    }

    [Theory]
    [MemberData(nameof(EveryBackboneWithEachStem))]
    public void Gradient_reaches_every_parameter(string name, StemKind stem)
    {
        using var scope = NewDisposeScope();
        using var backbone = Create(name, stem);

        // At layer scales of 1e-6, or with the same length for all, a square would reach next to nothing.
        using (no_grad()) FilledWeights.Fill(backbone);
        backbone.call(Noise(2, 3, 64, 64)).mul(Noise(2, backbone.Width)).sum().backward();

        foreach (var (parameter, value) in backbone.named_parameters()) value.grad.ShouldNotBeNull(parameter).abs().max().ToSingle().ShouldBeGreaterThan(0, parameter);
    }

    [Theory]
    [MemberData(nameof(EveryBackboneWithEachStem))]
    public void Exactly_one_tensor_is_left_in_the_callers_scope(string name, StemKind stem)
    {
        using var backbone = Create(name, stem);
        using var images = Noise(2, 3, 64, 64).DetachFromDisposeScope();
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();

        backbone.call(images);

        scope.DisposablesCount.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(EveryBackboneWithEachStem))]
    public void Weights_depend_on_the_seed_and_not_on_what_the_process_drew_before(string name, StemKind stem)
    {
        using var scope = NewDisposeScope();
        using var first = Create(name, stem, seed: 7);
        using var drawn = rand(3);
        using var again = Create(name, stem, seed: 7);
        using var other = Create(name, stem, seed: 8);

        Same(first, again).ShouldBeTrue();
        Same(first, other).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(EveryBackboneWithEachStem))]
    public void Stages_hold_every_parameter_once_and_frozen_ones_stay_as_they_are(string name, StemKind stem)
    {
        using var scope = NewDisposeScope();
        using var backbone = Create(name, stem);
        backbone.Stages.Count.ShouldBe(BackboneCatalog.Find(name).Stages);
        var parts = backbone.Stages.SelectMany((stage, number) => stage.Select(part => (part, number))).ToList();
        var stageOf = backbone.named_parameters().ToDictionary(parameter => parameter.name,
            parameter => parts.Where(part => parameter.name == part.part || parameter.name.StartsWith(part.part + '.', StringComparison.Ordinal)).ShouldHaveSingleItem(parameter.name).number);
        stageOf.Values.Distinct().Count().ShouldBe(backbone.Stages.Count);

        var frozen = backbone.Stages.Count - 1;
        backbone.Freeze(frozen);
        backbone.train();
        var before = backbone.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        backbone.call(Noise(2, 3, 64, 64)).mul(Noise(2, backbone.Width)).sum().backward();

        backbone.training.ShouldBeTrue();
        foreach (var (parameter, value) in backbone.named_parameters()) (value.grad is null).ShouldBe(stageOf[parameter] < frozen, parameter);
        foreach (var (buffer, value) in backbone.named_buffers())
            value.eq(before[buffer]).all().ToBoolean().ShouldBe(parts.Any(part => part.number < frozen && buffer.StartsWith(part.part + '.', StringComparison.Ordinal)), buffer);
        backbone.to(float64);
        backbone.named_parameters().ShouldAllBe(parameter => parameter.parameter.requires_grad == stageOf[parameter.name] >= frozen, "moving keeps it so");
        backbone.call(Noise(2, 3, 64, 64).to(float64)).dtype.ShouldBe(float64, "nothing that was moved is still used where it was");
    }

    static bool Same(Backbone left, Backbone right) => left.state_dict().All(entry => entry.Value.eq(right.state_dict()[entry.Key]).all().ToBoolean());

    [Fact]
    public void Convolutions_start_with_the_spread_of_he()
    {
        using var scope = NewDisposeScope();
        using var backbone = Create("resnet18", StemKind.Standard);
        var weight = backbone.get_parameter("layer4.1.conv2.weight")!;

        weight.std().ToDouble().ShouldBe(Math.Sqrt(2.0 / (512 * 9)), 1e-4);
        weight.mean().ToDouble().ShouldBe(0, 1e-4);
    }

    [Fact]
    public void An_unknown_type_is_refused_with_those_there_are()
    {
        Should.Throw<ArgumentException>(() => BackboneCatalog.Find("resnet19")).Message.ShouldContain("mobilenet_v3_large, mobilenet_v3_small, resnet18, resnet34, resnet50, seed-convnet");
        var error = Should.Throw<PlanException>(() => BackboneCatalog.Check(new BackbonePlan { Type = "resnet19" }, 3, 64)).Errors.ShouldHaveSingleItem();
        error.Param.ShouldBe("backbone.type");
        error.Message.ShouldContain("mobilenet_v3_large, mobilenet_v3_small, resnet18, resnet34, resnet50, seed-convnet");
    }

    [Fact]
    public void A_plan_whose_pictures_are_too_small_is_refused_with_both_remedies()
    {
        var error = Should.Throw<PlanException>(() => BackboneCatalog.Check(new BackbonePlan { Type = "resnet18", Stem = StemKind.Standard }, 3, 28)).Errors.ShouldHaveSingleItem();

        error.Param.ShouldBe("imageSize");
        error.Message.ShouldContain("at least 32");
        error.Message.ShouldContain("`small` (from 8 on)");
    }

    [Fact]
    public void A_plan_whose_pictures_are_no_multiple_of_the_patch_is_refused_with_the_size_to_use()
    {
        var error = Should.Throw<PlanException>(() => BackboneCatalog.Check(new BackbonePlan { Type = "vit_s_16" }, 3, 100)).Errors.ShouldHaveSingleItem();

        error.Param.ShouldBe("imageSize");
        error.Message.ShouldContain("Make it 112");
    }

    [Fact]
    public void A_plan_that_freezes_more_stages_than_there_are_is_refused_with_their_number()
    {
        var error = Should.Throw<PlanException>(() => BackboneCatalog.Check(new BackbonePlan { Type = "resnet18", Freeze = 6 }, 3, 64)).Errors.ShouldHaveSingleItem();

        error.Param.ShouldBe("backbone.freeze");
        error.Message.ShouldContain("5 stages");
    }

    [Fact]
    public void A_plan_with_two_channels_is_refused() =>
        Should.Throw<PlanException>(() => BackboneCatalog.Check(new BackbonePlan(), 2, 64)).Errors.ShouldHaveSingleItem().Param.ShouldBe("channels");

    [Fact]
    public void Two_backbones_of_one_name_are_refused() =>
        Should.Throw<InvalidOperationException>(() => BackboneCatalog.Scan([typeof(ResNet18), typeof(ResNet18)])).Message.ShouldContain("Two backbones are called 'resnet18'");

    [Fact]
    public void A_backbone_that_the_catalog_could_not_build_is_refused() =>
        Should.Throw<InvalidOperationException>(() => BackboneCatalog.Scan([typeof(Unbuildable)])).Message.ShouldContain("public constructor");

    [Backbone("unbuildable", Paper = "none", Summary = "Lacks the constructor.", Width = 1, Stages = 1, SmallestImage = 1)]
    sealed class Unbuildable(string _) : Backbone(_, 1)
    {
        private protected override void Check(Tensor images)
        {
        }

        private protected override Tensor Encode(Tensor images) => images;
    }

    static Tensor Noise(params long[] shape)
    {
        using var random = new Generator(3);
        return randn(shape, generator: random);
    }
}
