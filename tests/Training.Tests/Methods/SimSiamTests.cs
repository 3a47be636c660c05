using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;
using SimSiam = ContrastiveService.Training.Methods.SimSiam;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class SimSiamTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_views_prediction_is_compared_with_the_others_projection_and_the_spread_of_projections_is_reported(int layers)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(layers);
        var batch = rig.Strangers(1);
        var z = Head(rig, "projector").forward(rig.Encoder.forward(cat([batch.Views[0], batch.Views[1]])));
        var (p, views) = (Head(rig, "predictor").forward(z).chunk(2), z.chunk(2));

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(Training.Losses.SimSiam.Loss(p[0], p[1], views[0], views[1]).ToDouble(), 1e-5);
        batch.Reports["projectionStd"].ToDouble().ShouldBe(Spectrum.NormalizedStd(z), 1e-6);
    }

    [Fact]
    public void The_reported_spread_is_0_when_every_picture_is_the_same_to_the_encoder()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(3);
        // Exactly the same: the norms of the heads would blow a difference of rounding up to a spread.
        using (no_grad())
        {
            foreach (var parameter in rig.Encoder.parameters())
                parameter.zero_();
        }

        var batch = rig.Strangers(1);
        rig.Method.Loss(batch);

        batch.Reports["projectionStd"].ToDouble().ShouldBe(0, 1e-3);
    }

    [Fact]
    public void Only_the_predictors_learning_rate_stays_where_it_is()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(3);

        var unscheduled = rig.Method.Trainable().Where(t => !rig.Method.Rule(t.Name).Scheduled).Select(t => t.Parameter.Handle).ToHashSet();

        unscheduled.SetEquals(Head(rig, "predictor").parameters().Select(p => p.Handle)).ShouldBeTrue();
        rig.Method.Trainable().Select(t => rig.Method.Rule(t.Name) with { Scheduled = true }).Distinct().ShouldBe([ParameterRule.AsPlanned]);
    }

    [Fact]
    public void Projections_end_in_a_norm_that_learns_nothing_and_predictions_in_a_linear_layer()
    {
        using var scope = NewDisposeScope();
        var state = Rig(3).Method.state_dict();

        state.ShouldContainKey("projector.layers.norm2.weight");
        state.ShouldContainKey("projector.layers.norm3.running_mean");
        state.ShouldNotContainKey("projector.layers.norm3.weight");
        state.ShouldNotContainKey("projector.layers.norm3.bias");
        state.ShouldContainKey("predictor.layers.linear2.bias");
        state.ShouldNotContainKey("predictor.layers.norm2.running_mean");
    }

    [Fact]
    public void Small_pictures_get_small_heads()
    {
        var facts = new DatasetFacts(60_000, 0, 0, 1, 28, 28);

        new SimSiam.Options().Suggest(facts, 64).ToJsonString().ShouldBe("""{"method":{"projectorLayers":2,"hiddenWidth":1024,"projectionWidth":1024,"predictorWidth":256}}""");
        new SimSiam.Options().Suggest(facts, 65).ShouldBeEmpty();
    }

    private static MethodRig Rig(int layers) =>
        new(MethodCatalog.Find("simsiam"), default, new SimSiam.Options { ProjectorLayers = layers, HiddenWidth = 9, ProjectionWidth = 6, PredictorWidth = 4 });

    private static nn.Module<Tensor, Tensor> Head(MethodRig rig, string name) =>
        (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == name).module;
}
