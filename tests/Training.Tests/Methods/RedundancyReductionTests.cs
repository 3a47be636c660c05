using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Tests.Running;
using TorchSharp;
using static TorchSharp.torch;
using BarlowTwins = ContrastiveService.Training.Methods.BarlowTwins;
using VicReg = ContrastiveService.Training.Methods.VicReg;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>barlow-twins and vicreg, whose losses are taken of features instead of pictures.</summary>
public sealed class RedundancyReductionTests
{
    [Fact]
    public void Barlow_twins_is_its_loss_of_the_views_projections_and_reports_both_terms()
    {
        using var scope = NewDisposeScope();
        var rig = new MethodRig(MethodCatalog.Find("barlow-twins"), default, new BarlowTwins.Options { Lambda = 0.3, HiddenWidth = 9, ProjectionWidth = 6 });
        var batch = rig.Strangers(1);
        var z = Projections(rig, batch);
        var expected = Training.Losses.BarlowTwins.Of(z[0], z[1], 0.3);

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(expected.Loss.ToDouble(), 1e-5);
        batch.Reports["onDiagonalLoss"].ToDouble().ShouldBe(expected.OnDiagonal.ToDouble(), 1e-5);
        batch.Reports["offDiagonalLoss"].ToDouble().ShouldBe(expected.OffDiagonal.ToDouble(), 1e-5);
    }

    [Fact]
    public void Vicreg_is_its_loss_of_the_views_projections_as_they_are_and_reports_its_three_terms()
    {
        using var scope = NewDisposeScope();
        var options = new VicReg.Options { InvarianceWeight = 3, VarianceWeight = 5, CovarianceWeight = 7, HiddenWidth = 9, ProjectionWidth = 6 };
        var rig = new MethodRig(MethodCatalog.Find("vicreg"), default, options);
        var batch = rig.Strangers(2);
        var z = Projections(rig, batch);
        var expected = Training.Losses.VicReg.Of(z[0], z[1], 3, 5, 7);

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(expected.Loss.ToDouble(), 1e-5);
        batch.Reports["invarianceLoss"].ToDouble().ShouldBe(expected.Invariance.ToDouble(), 1e-5);
        batch.Reports["varianceLoss"].ToDouble().ShouldBe(expected.Variance.ToDouble(), 1e-5);
        batch.Reports["covarianceLoss"].ToDouble().ShouldBe(expected.Covariance.ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData("barlow-twins")]
    [InlineData("vicreg")]
    public void Projections_end_in_a_linear_layer_without_the_offset_that_the_loss_cannot_see(string name)
    {
        using var scope = NewDisposeScope();

        var state = new MethodRig(MethodCatalog.Find(name), default).Method.state_dict();

        state.ShouldContainKey("projector.layers.norm2.weight");
        state.Keys.Where(key => key.Contains('3')).ShouldBe(["projector.layers.linear3.weight"]);
    }

    [Theory]
    [InlineData("barlow-twins")]
    [InlineData("vicreg")]
    public void Parts_of_one_picture_are_refused_and_parts_of_two_are_not(string name)
    {
        var error = Should.Throw<PlanException>(() => Plan(8)).Errors.ShouldHaveSingleItem();

        error.Param.ShouldBe("batchSize");
        error.Message.ShouldContain("at least 16");
        Plan(4).Optimizer.Accumulate.ShouldBe(4);

        TrainingPlan Plan(int accumulate) => TinyData.Plan(name, 1, $$$"""{"optimizer": {"accumulate": {{{accumulate}}}}}""");
    }

    [Fact]
    public void Small_pictures_get_small_heads()
    {
        var facts = new DatasetFacts(60_000, 0, 0, 1, 28, 28);

        foreach (var options in new MethodOptions[] { new BarlowTwins.Options(), new VicReg.Options() })
        {
            options.Suggest(facts, 64).ToJsonString().ShouldBe("""{"method":{"hiddenWidth":1024,"projectionWidth":1024}}""");
            options.Suggest(facts, 65).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Their_collapse_is_blamed_on_the_weights_as_they_are()
    {
        new BarlowTwins.Options { Lambda = 0.125 }.CollapseCause()!.ShouldContain("0.125");
        new VicReg.Options { VarianceWeight = 0.125 }.CollapseCause()!.ShouldContain("0.125");
    }

    private static Tensor[] Projections(MethodRig rig, Batch batch) =>
        ((nn.Module<Tensor, Tensor>)rig.Method.named_children().Single().module).forward(rig.Encoder.forward(cat([batch.Views[0], batch.Views[1]]))).chunk(2);
}
