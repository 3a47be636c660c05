using ContrastiveService.Training.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

public sealed class VisionTransformerTests
{
    static VisionTransformer Tiny(int imageSize = 32)
    {
        var backbone = new VisionTransformer("tiny", channels: 1, imageSize, patch: 8, width: 16, depth: 2, heads: 2, hidden: 32);
        FilledWeights.Fill(backbone);
        return backbone;
    }

    [Fact]
    public void Positions_of_another_grid_lie_between_those_of_their_own()
    {
        using var scope = NewDisposeScope();
        // The position is the number of its row. Centres lie at 1.25 and 1.75 of the old rows, where the cubic kernel (a = -0.75) weighs rows 0 to 3 by
        // -0.10546875, 0.87890625, 0.26171875, -0.03515625 and the reverse.
        var rows = arange(4, float32).reshape(1, 4, 1, 1).expand(1, 4, 4, 1).reshape(1, 16, 1);
        var positions = cat([full([1, 1, 1], 9f), rows], 1);

        var finer = PositionGrid.Resample(positions, 8, 8).flatten();
        PositionGrid.Resample(positions, 4, 4).eq(positions).all().ToBoolean().ShouldBeTrue();
        PositionGrid.Resample(positions, 1, 1).flatten().data<float>().ToArray().ShouldBe([9f, 1.5f], 1e-5);

        finer[0].ToSingle().ShouldBe(9f, "the class token keeps its own");
        finer[1 + 3 * 8].ToSingle().ShouldBe(1.296875f, 1e-5f);
        finer[1 + 4 * 8 + 5].ToSingle().ShouldBe(1.703125f, 1e-5f);
    }

    [Fact]
    public void Small_crops_and_oblong_pictures_pass_and_train_the_positions()
    {
        using var scope = NewDisposeScope();
        using var backbone = Tiny();
        foreach (var (height, width) in new[] { (16, 16), (8, 40), (48, 48) })
        {
            backbone.zero_grad();
            backbone.call(rand(2, 1, height, width)).sum(dim: 1).square().sum().backward();
            backbone.get_parameter("encoder.pos_embedding")!.grad!.abs().max().ToSingle().ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void The_order_of_patches_matters_and_a_pictures_neighbours_in_the_batch_do_not()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var backbone = Tiny();
        var images = rand(3, 1, 32, 32);
        var features = backbone.call(images);

        backbone.call(images[1..2]).allclose(features[1..2], 1e-4, 1e-5).ShouldBeTrue();
        backbone.call(images.flip(2)).allclose(features, 1e-2, 1e-2).ShouldBeFalse();
    }

    [Fact]
    public void A_side_that_is_no_multiple_of_the_patch_is_refused()
    {
        using var scope = NewDisposeScope();
        using var backbone = Tiny();

        Should.Throw<ArgumentException>(() => backbone.call(rand(2, 1, 32, 36))).Message.ShouldContain("multiples of 8");
    }

    [Fact]
    public void Initial_weights_have_torchvisions_spread()
    {
        using var scope = NewDisposeScope();
        using var backbone = BackboneCatalog.Create(new BackbonePlan { Type = "vit_s_16" }, channels: 3, imageSize: 224, seed: 1);
        double Std(string name) => backbone.get_parameter(name)!.std().ToDouble();

        Std("conv_proj.weight").ShouldBe(Math.Sqrt(1.0 / (3 * 16 * 16)), 1e-3);
        Std("encoder.pos_embedding").ShouldBe(0.02, 1e-3);
        Std("encoder.layers.encoder_layer_3.self_attention.in_proj_weight").ShouldBe(Math.Sqrt(2.0 / (4 * 384)), 1e-3);
        Std("encoder.layers.encoder_layer_3.mlp.0.weight").ShouldBe(Math.Sqrt(2.0 / (5 * 384)), 1e-3);
        Std("encoder.layers.encoder_layer_3.mlp.0.bias").ShouldBe(1e-6, 1e-7);
        backbone.get_parameter("class_token")!.abs().max().ToSingle().ShouldBe(0);
    }
}
