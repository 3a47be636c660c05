using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class AlignUniformTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public void It_weighs_the_views_distance_and_the_mean_spread_of_features_or_projections_and_reports_both(int? projection)
    {
        using var scope = NewDisposeScope();
        var options = new AlignUniform.Options { Alpha = 3, T = 1.5, AlignmentWeight = 0.7, UniformityWeight = 2, ProjectionWidth = projection };
        var rig = new MethodRig(MethodCatalog.Find("align-uniform"), default, options);
        var batch = rig.Strangers(1);
        var h = rig.Encoder.forward(cat([batch.Views[0], batch.Views[1]]));
        var head = rig.Method.named_children().Select(c => (nn.Module<Tensor, Tensor>)c.module).SingleOrDefault();
        var z = (head is null ? h : head.forward(h)).chunk(2);

        var loss = rig.Method.Loss(batch);

        var alignment = AlignmentUniformity.Alignment(z[0], z[1], 3).ToDouble();
        var uniformity = (AlignmentUniformity.Uniformity(z[0], 1.5).ToDouble() + AlignmentUniformity.Uniformity(z[1], 1.5).ToDouble()) / 2;
        loss.ToDouble().ShouldBe((0.7 * alignment) + (2 * uniformity), 1e-5);
        batch.Reports["alignmentLoss"].ToDouble().ShouldBe(alignment, 1e-6);
        batch.Reports["uniformityLoss"].ToDouble().ShouldBe(uniformity, 1e-6);
        rig.Method.Trainable().Select(t => t.Parameter.size(0)).ShouldBe(projection is { } width ? [width, width] : []);
    }

    [Fact]
    public void Its_collapse_is_blamed_on_the_weights_as_they_are() =>
        new AlignUniform.Options { UniformityWeight = 0.125 }.CollapseCause()!.ShouldContain("0.125");
}
