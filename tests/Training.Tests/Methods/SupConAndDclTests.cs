using ContrastiveService.Training.Methods;
using TorchSharp;
using static TorchSharp.torch;
using Dcl = ContrastiveService.Training.Methods.Dcl;
using SupCon = ContrastiveService.Training.Methods.SupCon;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class SupConAndDclTests
{
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 3)]
    public void Supcon_is_its_loss_of_the_projections_of_both_views_by_label(bool norm, int samples)
    {
        using var scope = NewDisposeScope();
        var options = new SupCon.Options { Temperature = 0.3, ProjectorNorm = norm, SamplesPerClass = samples, ProjectionWidth = 6 };
        var rig = new MethodRig(MethodCatalog.Find("supcon"), new DataTraits(Labeled: true), options);
        var batch = rig.Strangers(1);
        var z = Projections(rig, batch);

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(Training.Losses.SupCon.Loss(z, cat([batch.Labels!, batch.Labels!]), 0.3).ToDouble(), 1e-5);
        options.Needs(default).ShouldBe(new BatchNeeds(2, LabelUse.Required, samples));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dcl_is_its_loss_of_the_projections_weighted_if_told(bool weighted)
    {
        using var scope = NewDisposeScope();
        var options = new Dcl.Options { Temperature = 0.3, Weighted = weighted, Sigma = 0.7, ProjectionWidth = 6 };
        var rig = new MethodRig(MethodCatalog.Find("dcl"), default, options);
        var batch = rig.Strangers(2);
        var z = Projections(rig, batch).chunk(2);

        var loss = rig.Method.Loss(batch);

        var expected = weighted ? Training.Losses.Dcl.Weighted(z[0], z[1], 0.3, 0.7) : Training.Losses.Dcl.Loss(z[0], z[1], 0.3);
        loss.ToDouble().ShouldBe(expected.ToDouble(), 1e-5);
    }

    private static Tensor Projections(MethodRig rig, Batch batch) =>
        ((nn.Module<Tensor, Tensor>)rig.Method.named_children().Single().module).forward(rig.Encoder.forward(cat([batch.Views[0], batch.Views[1]])));
}
