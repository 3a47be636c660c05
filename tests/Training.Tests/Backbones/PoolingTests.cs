using ContrastiveService.Training.Backbones.Layers;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

public sealed class PoolingTests
{
    [Theory]
    [InlineData(28, 28)]
    [InlineData(7, 7)]
    [InlineData(5, 8)]
    [InlineData(2, 3)]
    public void Halving_is_max_pooling_to_the_bit_with_gradients_and_without(int height, int width)
    {
        using var scope = NewDisposeScope();
        var plain = randn(3, 8, height, width);
        plain[0, 0, 0, 1] = float.NaN;
        foreach (var maps in new[] { plain, plain.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) })
        {
            var expected = nn.functional.max_pool2d(maps, 2);
            Check(Pooling.Halve(maps), expected);
            using var ungraded = no_grad();
            Check(Pooling.Halve(maps), expected);
        }

        static void Check(Tensor found, Tensor expected)
        {
            found.shape.ShouldBe(expected.shape);
            found[0, 0, 0, 0].item<float>().ShouldBe(float.NaN, "what is no number is not lost");
            found.nan_to_num().equal(expected.nan_to_num()).all().item<bool>().ShouldBeTrue();
        }
    }
}
