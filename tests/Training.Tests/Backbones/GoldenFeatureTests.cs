using ContrastiveService.Training.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

/// <summary>Against torchvision's networks, with weights made from the parameters' names: a misnamed layer has other weights.</summary>
public sealed class GoldenFeatureTests
{
    [Theory]
    [InlineData("resnet18", StemKind.Standard, 64, "resnet18_fill_64", 11_689_512 - 513_000, 122 - 2)]
    [InlineData("resnet18", StemKind.Small, 32, "resnet18_cifarstem_fill_32", 11_681_832 - 513_000, 122 - 2)]
    [InlineData("resnet50", StemKind.Standard, 64, "resnet50_fill_64", 25_557_032 - 2_049_000, 320 - 2)]
    [InlineData("mobilenet_v3_small", StemKind.Standard, 64, "mobilenet_v3_small_fill_64", 2_542_856 - 590_848 - 1_025_000, 244 - 4)]
    [InlineData("efficientnet_b0", StemKind.Standard, 64, "efficientnet_b0_fill_64", 5_288_548 - 1_281_000, 360 - 2)]
    [InlineData("convnext_tiny", StemKind.Standard, 64, "convnext_tiny_fill_64", 28_589_128 - 1_536 - 769_000, 182 - 4)]
    [InlineData("vit_b_16", StemKind.Standard, 64, "vit_b_16_img64_fill_64", 86_429_416 - 769_000, 152 - 2)]
    public void Features_and_the_number_of_weights_are_torchvisions_less_its_classifier(string name, StemKind stem, int size, string golden, long parameters, int entries)
    {
        using var backbone = BackboneCatalog.Create(new BackbonePlan { Type = name, Stem = stem }, channels: 3, size, seed: 1);

        Compare(backbone, size, golden);

        backbone.parameters().Sum(parameter => parameter.numel()).ShouldBe(parameters);
        backbone.state_dict().Count.ShouldBe(entries);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Narrow_bottlenecks_give_torchvisions_features(int size)
    {
        using var backbone = new ResNet("tiny", new BackbonePlan(), 3, (inputs, planes, stride) => new Bottleneck(inputs, planes, stride, planes / 4), Bottleneck.Expansion, [1, 1, 1, 1]);
        Compare(backbone, size, $"tiny_resnet_bottleneck_fill_{size}");
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void A_convnext_of_three_stages_gives_torchvisions_features(int size)
    {
        using var backbone = new ConvNeXt("tiny", 3, widths: [16, 32, 64], depths: [1, 2, 1]);
        Compare(backbone, size, $"tiny_convnext_fill_{size}");
    }

    [Fact]
    public void A_transformer_with_patches_of_8_gives_torchvisions_features()
    {
        using var backbone = new VisionTransformer("tiny", 3, imageSize: 32, patch: 8, width: 32, depth: 2, heads: 4, hidden: 64);
        Compare(backbone, 32, "tiny_vit_fill_32");
    }

    /// <summary>These two are not among the values; their counts are those that torchvision documents (MobileNet_V3_Large_Weights, ResNet34_Weights).</summary>
    [Theory]
    [InlineData("mobilenet_v3_large", 5_483_032 - 1_230_080 - 1_281_000)]
    [InlineData("resnet34", 21_797_672 - 513_000)]
    public void The_number_of_weights_is_torchvisions_less_its_classifier(string name, long parameters)
    {
        using var backbone = BackboneCatalog.Create(new BackbonePlan { Type = name, Stem = StemKind.Standard }, channels: 3, imageSize: 64, seed: 1);

        backbone.parameters().Sum(parameter => parameter.numel()).ShouldBe(parameters);
    }

    static void Compare(Backbone backbone, int size, string golden)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        FilledWeights.Fill(backbone);
        backbone.eval();
        var expected = NpyFile.Read($"{golden}_pooled.npy");

        var features = backbone.call(NpyFile.Read($"input_4x3x{size}x{size}.npy"));

        features.shape.ShouldBe(expected.shape);
        (features - expected).abs().max().ToSingle().ShouldBeLessThan(1e-4f * expected.abs().max().ToSingle());
    }
}
