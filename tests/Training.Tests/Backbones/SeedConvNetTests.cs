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
        var weights = backbone.state_dict();
        var images = rand(3, 1, 28, 28);

        var x = nn.functional.max_pool2d(nn.functional.conv2d(images, weights["conv1.weight"], weights["conv1.bias"], padding: [1, 1]).relu(), 2);
        x = nn.functional.max_pool2d(nn.functional.conv2d(x, weights["conv2.weight"], weights["conv2.bias"], padding: [1, 1]).relu(), 2);
        var expected = nn.functional.linear(x.reshape(3, 128 * 7 * 7), weights["fc.weight"], weights["fc.bias"]);

        backbone.call(images).allclose(expected).ShouldBeTrue();
        weights.Keys.ShouldBe(["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc.weight", "fc.bias"], ignoreOrder: true);
    }
}
