using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class SimClrTests
{
    private static readonly DatasetFacts Facts = new(1000, 0, 0, 3, 32, 32);

    [Fact]
    public void Small_pictures_get_the_temperature_that_suits_them()
    {
        new SimClr.Options().Suggest(Facts, 32).ToJsonString().ShouldBe("""{"method":{"temperature":0.5}}""");
        new SimClr.Options().Suggest(Facts, 224).ShouldBeEmpty();
        new SimClr.Options().Temperature.ShouldBe(0.1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_projector_has_the_layers_and_widths_it_was_told(int layers)
    {
        using var scope = NewDisposeScope();
        var options = new SimClr.Options { ProjectorLayers = layers, HiddenWidth = 24, ProjectionWidth = 6 };
        var rig = new MethodRig(MethodCatalog.Find("simclr"), default, options);

        var linear = rig.Method.Trainable().Where(t => t.Parameter.dim() == 2).Select(t => (t.Parameter.size(0), t.Parameter.size(1)));

        linear.ShouldBe(layers == 2 ? [(24, 8), (6, 24)] : [(24, 8), (24, 24), (6, 24)]);
        rig.Method.Trainable().Select(t => t.Name).ShouldAllBe(n => n.StartsWith("projector.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    public void The_projector_has_norms_or_biases(bool norm, int norms)
    {
        using var scope = NewDisposeScope();
        var rig = new MethodRig(MethodCatalog.Find("simclr"), default, new SimClr.Options { ProjectorNorm = norm });

        rig.Method.named_buffers().Count(b => b.name.EndsWith("running_mean", StringComparison.Ordinal)).ShouldBe(norms);
        rig.Method.Trainable().Count(t => t.Name.Contains("linear", StringComparison.Ordinal) && t.Name.EndsWith("bias", StringComparison.Ordinal)).ShouldBe(3 - norms);
    }

    [Fact]
    public void Only_without_norms_does_the_loss_see_an_offset_that_all_features_share()
    {
        using var scope = NewDisposeScope();
        var features = randn(8, 16);
        foreach (var norm in new[] { true, false })
        {
            using var head = new ProjectionHead(16, 16, 8, 2, norm);
            var moved = (head.forward(features) - head.forward(features + 5)).abs().max().ToDouble();
            (moved < 1e-4).ShouldBe(norm);
        }
    }

    [Fact]
    public void Its_loss_is_nt_xent_of_the_projections_at_its_temperature()
    {
        using var scope = NewDisposeScope();
        var rig = new MethodRig(MethodCatalog.Find("simclr"), default, new SimClr.Options { Temperature = 0.3 });
        var batch = rig.Strangers(1);
        var projector = (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == "projector").module;
        var z = projector.forward(rig.Encoder.forward(cat([batch.Views[0], batch.Views[1]])));

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(NtXent.Loss(z.chunk(2)[0], z.chunk(2)[1], 0.3).ToDouble(), 1e-6);
    }
}
