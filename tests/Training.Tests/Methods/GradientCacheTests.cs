using ContrastiveService.Training.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>Batches that pass the encoder part by part, for every method of the catalog.</summary>
[Collection(nameof(MethodConformanceTests))]
public sealed class GradientCacheTests
{
    public static TheoryData<string, bool, bool, bool> Uses => MethodConformanceTests.Uses;

    [Theory]
    [MemberData(nameof(Uses))]
    public void Without_batch_norms_its_loss_and_gradients_are_those_of_the_whole_batch(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var (loss, gradients) = Step(chunk: null);
        foreach (var chunk in new[] { 2, 5 })
        {
            var (cachedLoss, cached) = Step(chunk);

            cachedLoss.ShouldBe(loss, 1e-5 * Math.Max(1, Math.Abs(loss)));
            cached.Keys.ShouldBe(gradients.Keys);
            // Of a weight that only rounding moves, such as a bias before a norm, not even the sign is certain.
            var largest = gradients.Values.Max(g => g.abs().max().ToDouble());
            foreach (var (parameter, gradient) in cached)
                (gradient - gradients[parameter]).abs().max().ToDouble().ShouldBeLessThan(1e-5 * Math.Max(1, largest), $"{parameter}, chunks of {chunk}");
        }

        (double Loss, Dictionary<string, Tensor> Gradients) Step(int? chunk)
        {
            var descriptor = MethodCatalog.Find(name);
            var rig = new MethodRig(descriptor, new DataTraits(labeled, target, grouped), norm: false);
            rig.Encoder.CacheGradients(chunk);
            manual_seed(7);
            var batch = rig.Strangers(3);
            manual_seed(8);
            var measured = rig.Method.Loss(batch);
            measured.backward();
            rig.Encoder.Backpropagate();
            return (measured.ToDouble(), rig.Encoder.named_parameters().Concat(rig.Method.Trainable()).ToDictionary(p => p.Item1, p => p.Item2.grad!));
        }
    }

    [Fact]
    public void Statistics_move_once_for_each_part_and_nothing_is_kept_afterwards()
    {
        using var scope = NewDisposeScope();
        var encoder = new TinyEncoder();
        encoder.train();
        encoder.CacheGradients(4);
        var tracked = encoder.named_buffers().Single(b => b.name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).buffer;
        var pictures = randn(10, 1, 8, 8);

        for (var step = 1; step <= 3; step++)
        {
            var before = Tensor.TotalCount;
            using (NewDisposeScope())
            {
                encoder.forward(pictures).square().sum().backward();
                encoder.Backpropagate();
                foreach (var parameter in encoder.parameters())
                    parameter.grad = null;
            }

            tracked.ToInt64().ShouldBe(3 * step);
            Tensor.TotalCount.ShouldBe(before);
        }
    }

    [Fact]
    public void What_needs_no_gradient_passes_as_it_always_does()
    {
        using var scope = NewDisposeScope();
        var encoder = new TinyEncoder();
        var pictures = randn(10, 1, 8, 8);
        encoder.eval();
        var expected = encoder.forward(pictures);

        encoder.CacheGradients(4);

        encoder.forward(pictures).eq(expected).all().ToBoolean().ShouldBeTrue("in evaluation mode");
        encoder.train();
        using (no_grad())
            encoder.forward(pictures).requires_grad.ShouldBeFalse();
        Should.NotThrow(encoder.Backpropagate);
    }
}
