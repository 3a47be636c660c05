using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class NnClrTests
{
    private const int Rows = 12;

    [Fact]
    public void Predictions_find_the_queued_neighbour_of_the_other_view_and_the_first_views_projections_are_queued()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { Temperature = 0.3, Queue = 30, HiddenWidth = 8, ProjectionWidth = 6, PredictorWidth = 8 });
        var batch = rig.Strangers(1);
        var z = Head(rig, "projector").forward(rig.Encoder.forward(cat([batch.Views[0], batch.Views[1]])));
        var p = Head(rig, "predictor").forward(z).chunk(2);
        var unit = UnitRows.Of(z).detach().chunk(2);
        var queue = Queue(rig).clone();
        var expected = 0.0;
        foreach (var (mine, other) in new[] { (0, 1), (1, 0) })
        {
            var neighbours = stack(Enumerable.Range(0, Rows).Select(i => queue[(queue * unit[mine][i]).sum(1).argmax().ToInt64()]));
            expected += InfoNce.Loss(neighbours, p[other], 0.3).ToDouble() / 2;
        }

        rig.Method.Loss(batch).ToDouble().ShouldBe(expected, 1e-5);
        Queue(rig).eq(queue).all().ToBoolean().ShouldBeTrue();
        using var ungraded = no_grad();
        rig.Method.AfterStep(1);

        (Queue(rig).narrow(0, 0, Rows) - unit[0]).abs().max().ToDouble().ShouldBeLessThan(1e-6);
        Queue(rig).narrow(0, Rows, 30 - Rows).eq(queue.narrow(0, Rows, 30 - Rows)).all().ToBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Its_heads_are_the_papers_three_normed_layers_and_two_of_which_the_last_has_no_norm()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { HiddenWidth = 24, ProjectionWidth = 6, PredictorWidth = 10, Queue = 4 });

        var linear = rig.Method.Trainable().Where(t => t.Parameter.dim() == 2).Select(t => (t.Parameter.size(0), t.Parameter.size(1)));

        linear.ShouldBe([(24, 8), (24, 24), (6, 24), (10, 6), (6, 10)]);
        Norms("projector").ShouldBe(3);
        Norms("predictor").ShouldBe(1);
        Head(rig, "predictor").named_parameters().Count(p => p.name.EndsWith("linear2.bias", StringComparison.Ordinal)).ShouldBe(1);

        int Norms(string head) => Head(rig, head).named_buffers().Count(b => b.name.EndsWith("running_mean", StringComparison.Ordinal));
    }

    [Fact]
    public void A_queue_is_suggested_that_the_data_can_fill_and_narrower_heads_for_small_pictures()
    {
        var facts = new DatasetFacts(60_000, 0, 0, 1, 28, 28);

        new NnClr.Options().Suggest(facts, 224).ToJsonString().ShouldBe("""{"method":{"queue":16384}}""");
        new NnClr.Options().Suggest(facts, 28).ToJsonString().ShouldBe("""{"method":{"queue":16384,"hiddenWidth":512,"predictorWidth":1024}}""");
    }

    private static MethodRig Rig(NnClr.Options options) => new(MethodCatalog.Find("nnclr"), default, options);

    private static nn.Module<Tensor, Tensor> Head(MethodRig rig, string name) =>
        (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == name).module;

    private static Tensor Queue(MethodRig rig) => ((RecentRows)rig.Method.named_children().Single(c => c.name == "queue").module).Rows;
}
