using ContrastiveService.Training.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

public sealed class SeedConvNetTests
{
    [Fact]
    public void A_picture_of_28_by_28_passes_two_blocks_and_a_linear_layer_and_no_pooling_in_between()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var backbone = BackboneCatalog.Create(new BackbonePlan { Type = "seed-convnet" }, channels: 1, imageSize: 28, seed: 1);
        backbone.to(float64); // the order of the sums differs, and shall not matter
        var weights = backbone.state_dict();
        var images = rand([3, 1, 28, 28], float64);

        var x = nn.functional.max_pool2d(nn.functional.conv2d(images, weights["conv1.weight"], weights["conv1.bias"], padding: [1, 1]).relu(), 2);
        x = nn.functional.max_pool2d(nn.functional.conv2d(x, weights["conv2.weight"], weights["conv2.bias"], padding: [1, 1]).relu(), 2);
        var expected = nn.functional.linear(x.reshape(3, 128 * 7 * 7), weights["fc.weight"], weights["fc.bias"]);

        backbone.call(images).allclose(expected).ShouldBeTrue();
        weights.Keys.ShouldBe(["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc.weight", "fc.bias"], ignoreOrder: true);
    }

    [Fact]
    public void With_batch_normalisation_every_layer_is_followed_by_it()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var backbone = BackboneCatalog.Create(new BackbonePlan { Type = "seed-convnet", BatchNorm = true }, channels: 1, imageSize: 28, seed: 1);
        backbone.to(float64); // the order of the sums differs, and shall not matter
        var weights = backbone.state_dict();
        foreach (var layer in new[] { "bn1", "bn2", "bn3" })
        {
            weights[$"{layer}.weight"].uniform_(0.5, 1.5);
            weights[$"{layer}.bias"].uniform_(-1, 1);
        }

        var images = rand([6, 1, 28, 28], float64);
        var x = Block(Block(images, weights, 1, [0, 2, 3]), weights, 2, [0, 2, 3]);
        var expected = Norm(nn.functional.linear(x.reshape(6, 128 * 7 * 7), weights["fc.weight"], weights["fc.bias"]), weights, 3, [0]);

        backbone.train();
        backbone.call(images).allclose(expected, 1e-4, 1e-5).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.25, 16, 32)]
    [InlineData(2, 128, 256)]
    public void A_width_multiplier_changes_the_convolutions_and_never_the_features(double multiplier, long first, long second)
    {
        using var scope = NewDisposeScope();
        using var backbone = BackboneCatalog.Create(new BackbonePlan { Type = "seed-convnet", BatchNorm = true, WidthMultiplier = multiplier }, channels: 1, imageSize: 28, seed: 1);

        var weights = backbone.state_dict();

        weights["conv1.weight"].size(0).ShouldBe(first);
        weights["conv2.weight"].size(0).ShouldBe(second);
        weights["bn2.weight"].size(0).ShouldBe(second);
        backbone.call(rand(2, 1, 28, 28)).shape.ShouldBe([2, backbone.Width]);
    }

    static Tensor Block(Tensor x, Dictionary<string, Tensor> weights, int number, long[] over) =>
        nn.functional.max_pool2d(Norm(nn.functional.conv2d(x, weights[$"conv{number}.weight"], weights[$"conv{number}.bias"], padding: [1, 1]), weights, number, over).relu(), 2);

    /// <summary>Standardised over the batch with the biased variance, then scaled and shifted per channel.</summary>
    static Tensor Norm(Tensor x, Dictionary<string, Tensor> weights, int number, long[] over)
    {
        long[] shape = x.dim() == 4 ? [1, -1, 1, 1] : [1, -1];
        var mean = x.mean(over, keepdim: true);
        var variance = (x - mean).square().mean(over, keepdim: true);
        return (x - mean) / (variance + 1e-5).sqrt() * weights[$"bn{number}.weight"].view(shape) + weights[$"bn{number}.bias"].view(shape);
    }
}
