using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

/// <summary>The ways in which every encoder can compute its features, against the plain one.</summary>
public sealed class EncoderArithmeticTests
{
    public static TheoryData<string> Names { get; } = [.. BackboneCatalog.All.Select(b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Folding_batch_norms_into_convolutions_changes_features_by_rounding_and_is_undone(string name)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var (encoder, pictures) = Used(name);
        var plain = encoder.forward(pictures);

        Tensor folded;
        using (encoder.Folded())
            folded = encoder.forward(pictures);

        Difference(folded, plain).ShouldBeLessThan(1e-4f);
        encoder.forward(pictures).eq(plain).all().ToBoolean().ShouldBeTrue();
        encoder.train();
        encoder.forward(pictures).allclose(plain, 1e-3, 1e-3).ShouldBe(!encoder.HasBatchNorm, "its norms are at work again");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void In_bfloat16_features_are_float32_and_point_the_same_way(string name)
    {
        using var scope = NewDisposeScope();
        var (encoder, pictures) = Used(name);
        Tensor plain;
        using (no_grad())
            plain = encoder.forward(pictures);

        encoder.Arithmetic = bfloat16;
        var features = encoder.forward(pictures);
        features.square().mean().backward();

        features.dtype.ShouldBe(float32);
        nn.functional.cosine_similarity(features, plain).min().ToSingle().ShouldBeGreaterThan(0.999f);
        features.eq(plain).all().ToBoolean().ShouldBeFalse("it computed with fewer bits");
        foreach (var (weight, parameter) in encoder.named_parameters())
        {
            parameter.dtype.ShouldBe(float32, weight);
            parameter.grad.ShouldNotBeNull(weight).dtype.ShouldBe(float32, weight);
        }

        using (no_grad())
        {
            using var folded = encoder.Folded();
            nn.functional.cosine_similarity(encoder.forward(pictures), plain).min().ToSingle().ShouldBeGreaterThan(0.999f);
        }
    }

    [Theory]
    [InlineData("resnet18", 1)]
    [InlineData("resnet18", 3)]
    [InlineData("convnext_tiny", 3)]
    public void How_the_pictures_lie_in_memory_does_not_matter(string name, int channels)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = name }, channels, imageSize: 32, seed: 1);
        encoder.eval();
        var pictures = rand([3, channels, 32, 32]);
        var expected = encoder.forward(pictures);

        encoder.forward(pictures.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)).allclose(expected, 1e-4, 1e-5).ShouldBeTrue();
        // A part of a larger batch begins in the middle of its memory.
        encoder.forward(cat([rand_like(pictures), pictures]).narrow(0, 3, 3)).allclose(expected, 1e-4, 1e-5).ShouldBeTrue();
    }

    [Fact]
    public void A_convolution_with_a_bias_takes_its_norm_in_as_well()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var norm = nn.BatchNorm2d(5);
        var layer = new ConvolutionLayer(4, 5, kernel: 3, padding: 1).Then(norm);
        foreach (var parameter in layer.parameters().Concat(norm.parameters()))
            parameter.normal_();
        norm.running_mean!.normal_();
        norm.running_var!.uniform_(0.5, 2);
        norm.eval();
        var input = randn(2, 4, 6, 6);
        var expected = norm.call(nn.functional.conv2d(input, layer.Weight, layer.Bias, padding: [1, 1]));

        layer.forward(input).allclose(expected, 1e-5, 1e-5).ShouldBeTrue();
        layer.Fold();
        layer.forward(input).allclose(expected, 1e-4, 1e-4).ShouldBeTrue();
        layer.state_dict().Keys.ToArray().ShouldBe(["weight", "bias"], customMessage: "the norm is the network's");
    }

    /// <summary>An encoder whose batch norms have statistics of their own, in evaluation mode, and pictures for it.</summary>
    private static (Backbone Encoder, Tensor Pictures) Used(string name)
    {
        var found = BackboneCatalog.Find(name);
        var size = found.FittingImage(StemKind.Standard, 32);
        var encoder = BackboneCatalog.Create(new BackbonePlan { Type = name, BatchNorm = true, Stem = StemKind.Standard }, channels: 3, size, seed: 1);
        using var random = new Generator(2);
        var pictures = rand([4, 3, size, size], generator: random);
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        encoder.train();
        encoder.forward(pictures);
        encoder.eval();
        return (encoder, pictures);
    }

    private static float Difference(Tensor a, Tensor b) => ((a - b).abs().max() / b.abs().max()).ToSingle();
}
