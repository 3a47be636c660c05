using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Tests.Backbones;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Weights;

public sealed class PretrainedWeightsTests
{
    static Backbone Create(string type, int channels = 3, int size = 64, StemKind stem = StemKind.Standard) =>
        BackboneCatalog.Create(new BackbonePlan { Type = type, Stem = stem }, channels, size, seed: 5);

    static PretrainedWeights Weights(IEnumerable<(string, Tensor)> tensors, Action<WeightsReport>? loaded = null)
    {
        using var file = new MemoryStream();
        SafeTensors.Write(file, tensors);
        var bytes = file.ToArray();
        return new PretrainedWeights("mine", () => new MemoryStream(bytes), loaded);
    }

    static List<(string, Tensor)> Filled(string type, string prefix = "", int channels = 3, int size = 64)
    {
        using var backbone = Create(type, channels, size);
        FilledWeights.Fill(backbone);
        return [.. ModuleState.Of(backbone, prefix).Select(entry => (entry.Name, entry.Tensor.clone()))];
    }

    [Fact]
    public void All_of_a_whole_file_is_loaded_and_the_classifier_left_over()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("resnet18");

        var report = Weights([.. Filled("resnet18"), ("fc.weight", ones(10, 512)), ("fc.bias", ones(10))]).Load(encoder);

        report.Matched.Count.ShouldBe(120);
        report.LeftOver.ShouldBe(["fc.weight", "fc.bias"], ignoreOrder: true);
        (report.Missing.Count, report.Mismatched.Count, report.Adapted.Count, report.Prefix).ShouldBe((0, 0, 0, ""));
        report.Summary.ShouldBe("120 of 120 tensors matched; 2 left over: fc.weight, fc.bias.");
        foreach (var (name, tensor) in encoder.state_dict()) tensor.eq(FilledWeights.Values(name, tensor.shape)).all().ToBoolean().ShouldBeTrue(name);
        encoder.parameters().ShouldAllBe(parameter => parameter.requires_grad);
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("state_dict.module.encoder_q.")]
    [InlineData("model._orig_mod.backbone.")]
    [InlineData("features_extractor.")]
    public void The_prefix_is_found(string prefix)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("mobilenet_v3_small");

        var report = Weights(Filled("mobilenet_v3_small", prefix)).Load(encoder);

        report.Prefix.ShouldBe(prefix);
        report.Missing.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("state_dict.module.encoder_k.", "state_dict.module.encoder_q.")]
    [InlineData("student.module.backbone.", "teacher.backbone.")]
    [InlineData("target_network.", "online_network.")]
    public void Of_two_encoders_the_one_that_papers_judge_is_taken_and_the_other_named(string other, string taken)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("seed-convnet", channels: 1, size: 28);
        var values = Filled("seed-convnet", channels: 1, size: 28);

        var report = Weights([.. values.Select(entry => (other + entry.Item1, entry.Item2 + 1)), .. values.Select(entry => (taken + entry.Item1, entry.Item2))]).Load(encoder);

        report.Prefix.ShouldBe(taken);
        report.AlsoFit.ShouldBe([other]);
        encoder.get_parameter("fc.bias")!.eq(FilledWeights.Values("fc.bias", [128])).all().ToBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Missing_tensors_and_those_of_another_shape_are_named_and_keep_their_values()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("resnet18", stem: StemKind.Small, size: 32);
        var before = encoder.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        var report = Weights(Filled("resnet18").Where(entry => entry.Item1 != "bn1.bias")).Load(encoder);

        report.Missing.ShouldBe(["bn1.bias"]);
        report.Mismatched.ShouldBe(["conv1.weight ((64, 3, 7, 7) in the file, (64, 3, 3, 3) here)"]);
        foreach (var name in new[] { "bn1.bias", "conv1.weight" }) encoder.state_dict()[name].eq(before[name]).all().ToBoolean().ShouldBeTrue(name);
        report.Summary.ShouldContain("keep their initial values: bn1.bias");
    }

    [Fact]
    public void A_first_convolution_for_colour_gives_grey_pictures_what_it_gave_them_as_colour()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var colour = Create("mobilenet_v3_small");
        using var grey = Create("mobilenet_v3_small", channels: 1);
        FilledWeights.Fill(colour);

        var report = Weights(ModuleState.Of(colour, "")).Load(grey);

        report.Adapted.ShouldBe(["features.0.0.weight (3 input channels summed to 1)"]);
        colour.eval();
        grey.eval();
        var images = rand(2, 1, 64, 64);
        grey.call(images).allclose(colour.call(images.expand(2, 3, 64, 64)), 1e-3, 1e-4).ShouldBeTrue();
    }

    [Fact]
    public void A_first_convolution_for_grey_gives_grey_pictures_shown_as_colour_what_it_gave_them()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var grey = Create("mobilenet_v3_small", channels: 1);
        using var colour = Create("mobilenet_v3_small");
        FilledWeights.Fill(grey);

        var report = Weights(ModuleState.Of(grey, "")).Load(colour);

        report.Adapted.ShouldBe(["features.0.0.weight (1 input channel repeated 3 times, a third each)"]);
        colour.eval();
        grey.eval();
        var images = rand(2, 1, 64, 64);
        colour.call(images.expand(2, 3, 64, 64)).allclose(grey.call(images), 1e-3, 1e-4).ShouldBeTrue();
    }

    [Fact]
    public void Positions_for_another_size_are_interpolated()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var large = Create("vit_s_16", size: 64);
        using var small = Create("vit_s_16", size: 32);
        FilledWeights.Fill(large);

        var report = Weights(ModuleState.Of(large, "")).Load(small);

        report.Adapted.ShouldBe(["encoder.pos_embedding (positions of 4 × 4 patches interpolated to 2 × 2)"]);
        report.Missing.ShouldBeEmpty();
        var images = rand(2, 3, 32, 32);
        small.call(images).allclose(large.call(images), 1e-4, 1e-5).ShouldBeTrue("the larger one interpolates as it goes");
    }

    [Fact]
    public void Files_that_torchvision_wrote_leave_nothing_but_the_classifier_over()
    {
        using var scope = NewDisposeScope();
        using var transformer = new VisionTransformer("tiny", 3, imageSize: 32, patch: 8, width: 32, depth: 2, heads: 4, hidden: 64);
        using var convnext = new ConvNeXt("tiny", 3, widths: [16, 32, 64], depths: [1, 2, 1]);

        Load(transformer, "tiny_vit_fill.safetensors").ShouldBe(["heads.head.bias", "heads.head.weight"], ignoreOrder: true);
        Load(convnext, "tiny_convnext_fill.safetensors").ShouldBe(["classifier.0.bias", "classifier.0.weight", "classifier.2.bias", "classifier.2.weight"], ignoreOrder: true);

        static IReadOnlyList<string> Load(Backbone encoder, string file)
        {
            var report = new PretrainedWeights(file, () => typeof(PretrainedWeightsTests).Assembly.GetManifestResourceStream($"Golden/Backbones/{file}")!).Load(encoder);
            (report.Missing.Count, report.Mismatched.Count, report.Adapted.Count).ShouldBe((0, 0, 0));
            foreach (var (name, tensor) in encoder.state_dict()) tensor.eq(FilledWeights.Values(name, tensor.shape)).all().ToBoolean().ShouldBeTrue(name);
            return report.LeftOver;
        }
    }

    [Fact]
    public void The_names_of_published_transformers_are_understood()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("vit_s_16");
        var old = Filled("vit_s_16").Select(entry => (
            entry.Item1.Replace("mlp.0", "mlp.linear_1", StringComparison.Ordinal).Replace("mlp.3", "mlp.linear_2", StringComparison.Ordinal), entry.Item2));

        var report = Weights(old).Load(encoder);

        (report.Missing.Count, report.LeftOver.Count).ShouldBe((0, 0));
        encoder.get_parameter("encoder.layers.encoder_layer_7.mlp.3.bias")!.eq(FilledWeights.Values("encoder.layers.encoder_layer_7.mlp.3.bias", [384])).all().ToBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Counters_of_batches_are_scalars_as_pytorchs_and_may_be_missing()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("resnet18");
        encoder.state_dict()["bn1.num_batches_tracked"].shape.ShouldBeEmpty();

        var report = Weights(Filled("resnet18").Where(entry => !entry.Item1.EndsWith("num_batches_tracked", StringComparison.Ordinal))).Load(encoder);

        (report.Matched.Count, report.Missing.Count, report.Fits).ShouldBe((100, 20, true));
    }

    [Fact]
    public void Other_element_types_are_converted()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("seed-convnet", channels: 1, size: 28);

        Weights(Filled("seed-convnet", channels: 1, size: 28).Select(entry => (entry.Item1, entry.Item2.to(float16)))).Load(encoder);

        var bias = encoder.get_parameter("fc.bias")!;
        bias.dtype.ShouldBe(float32);
        bias.allclose(FilledWeights.Values("fc.bias", [128]), 1e-3, 1e-3).ShouldBeTrue();
    }

    [Theory]
    [InlineData("resnet50", "resnet18")]
    [InlineData("seed-convnet", "resnet18")]
    [InlineData("convnext_tiny", "mobilenet_v3_small")]
    public void Weights_of_another_architecture_are_refused_and_change_nothing(string file, string type)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(type);
        var before = encoder.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        var refusal = Should.Throw<WeightsException>(() => Weights(Filled(file)).Load(encoder)).Message;

        refusal.ShouldContain("'mine' are not those of");
        refusal.ShouldContain("tensors matched");
        encoder.state_dict().ShouldAllBe(entry => entry.Value.eq(before[entry.Key]).all().ToBoolean());
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_refused_by_name()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("seed-convnet", channels: 1, size: 28);
        var weights = Weights(Filled("seed-convnet", channels: 1, size: 28).Select(entry => (entry.Item1, entry.Item1 == "fc.bias" ? entry.Item2.mul(double.NaN) : entry.Item2)));

        Should.Throw<WeightsException>(() => weights.Load(encoder)).Message.ShouldContain("fc.bias");
    }
}
