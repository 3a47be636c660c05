using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using SwAv = ContrastiveService.Training.Methods.SwAv;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class SwAvTests
{
    private const int Rows = 12;

    private static readonly SwAv.Options Small = new() { Temperature = 0.2, Epsilon = 0.1, Prototypes = 5, Queue = 0, HiddenWidth = 8, ProjectionWidth = 6, LocalViews = 0 };

    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 3)]
    [InlineData(1, 1)]
    [InlineData(3, 0)]
    public void Full_views_are_assigned_and_every_other_view_predicts_the_assignment(int full, int local)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { FullViews = full, LocalViews = local });
        var batch = rig.Strangers(1);
        var scores = Projections(rig, batch).Select(z => z.mm(Prototypes(rig).t())).ToArray();
        var assignments = scores.Take(full).Select(s => Sinkhorn.Assign(s, 0.1, 3)).ToArray();

        var loss = rig.Method.Loss(batch);

        scores.Length.ShouldBe(full + local);
        loss.ToDouble().ShouldBe(Training.Losses.SwAv.Loss(scores, assignments, 0.2).ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    public void The_encoder_is_passed_once_for_each_size_of_crop(int local, int passes)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { LocalViews = local });

        rig.Method.Loss(rig.Strangers(1));

        rig.Encoder.named_buffers().Single(b => b.name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).buffer.ToInt64().ShouldBe(passes);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData((3 * MethodRig.StepsPerEpoch) - 1, true)]
    [InlineData(3 * MethodRig.StepsPerEpoch, false)]
    public void Prototypes_get_no_gradient_in_their_first_epochs(int step, bool frozen)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { FreezePrototypesEpochs = 3 });

        rig.Method.Loss(rig.Strangers(1) with { Step = step }).backward();

        (Prototypes(rig).grad is null).ShouldBe(frozen);
        rig.Encoder.parameters().Count(p => p.grad is null).ShouldBe(0);
    }

    [Fact]
    public void Prototypes_are_of_length_1_at_first_and_after_every_step()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small);
        Lengths().ShouldAllBe(length => Math.Abs(length - 1) < 1e-6);
        using var ungraded = no_grad();
        Prototypes(rig).mul_(3).add_(0.1);
        var directions = UnitRows.Of(Prototypes(rig));

        rig.Method.AfterStep(1);

        Lengths().ShouldAllBe(length => Math.Abs(length - 1) < 1e-6);
        (Prototypes(rig) - directions).abs().max().ToDouble().ShouldBeLessThan(1e-6);

        float[] Lengths() => Prototypes(rig).detach().norm(1).data<float>().ToArray();
    }

    [Theory]
    [InlineData((2 * MethodRig.StepsPerEpoch) - 1, false)]
    [InlineData(2 * MethodRig.StepsPerEpoch, true)]
    public void From_its_epoch_on_each_views_queue_as_it_was_takes_part_in_that_views_assignment(int step, bool used)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { Queue = 20, QueueFromEpoch = 2 });
        var batch = rig.Strangers(1) with { Step = step };
        var scores = Projections(rig, batch).Select(z => z.mm(Prototypes(rig).t())).ToArray();
        var assignments = scores.Zip(Queues(rig), (s, queue) => used ? Sinkhorn.Assign(s, queue.mm(Prototypes(rig).t()), 0.1, 3) : Sinkhorn.Assign(s, 0.1, 3)).ToArray();

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(Training.Losses.SwAv.Loss(scores, assignments, 0.2).ToDouble(), 1e-5);
    }

    [Fact]
    public void Queues_are_filled_from_the_beginning_each_with_its_views_projections_of_all_micro_batches()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { Queue = 2 * Rows, QueueFromEpoch = 9, LocalViews = 2 });
        Batch[] batches = [rig.Strangers(1) with { Step = 0 }, rig.Strangers(2) with { Step = 0 }];
        var z = batches.Select(batch => Projections(rig, batch)).ToArray();
        var before = Queues(rig).Select(queue => queue.clone()).ToArray();

        foreach (var batch in batches)
            rig.Method.Loss(batch);
        Queues(rig).Zip(before).ShouldAllBe(pair => pair.First.eq(pair.Second).all().ToBoolean());
        using var ungraded = no_grad();
        rig.Method.AfterStep(1);

        Queues(rig).Length.ShouldBe(2);
        for (var view = 0; view < 2; view++)
            (Queues(rig)[view] - cat([z[0][view], z[1][view]])).abs().max().ToDouble().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_queue_of_zero_keeps_nothing() =>
        Queues(Rig(Small)).ShouldBeEmpty();

    [Fact]
    public void Features_that_are_all_the_same_show_in_the_assignments_entropy()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small);
        var healthy = Entropy();
        using var ungraded = no_grad();
        foreach (var parameter in rig.Encoder.parameters())
            parameter.zero_();

        Entropy().ShouldBe(Math.Log(5), 1e-4);
        healthy.ShouldBeLessThan(Math.Log(5) - 0.1);
        Small.CollapseCause().ShouldNotBeNull().ShouldContain("1.61");

        double Entropy()
        {
            var batch = rig.Strangers(1);
            rig.Method.Loss(batch);
            return batch.Reports["assignmentEntropy"].ToDouble();
        }
    }

    [Fact]
    public void It_computes_where_it_was_moved()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { Queue = 20, QueueFromEpoch = 0 });
        rig.Encoder.to(ScalarType.Float64);
        rig.Method.to(ScalarType.Float64);
        var batch = rig.Strangers(1);
        batch = batch with { Views = [.. batch.Views.Select(view => view.to(ScalarType.Float64))] };

        rig.Method.Loss(batch).dtype.ShouldBe(ScalarType.Float64);
        using var ungraded = no_grad();
        rig.Method.AfterStep(1);

        Prototypes(rig).dtype.ShouldBe(ScalarType.Float64);
        Queues(rig).ShouldAllBe(queue => queue.dtype == ScalarType.Float64);
    }

    [Fact]
    public void One_view_without_another_is_refused()
    {
        var (facts, plan) = (new DatasetFacts(600, 0, 0, 1, 28, 28), new TrainingPlan { Dataset = "d", Name = "d", Method = Small });

        (Small with { FullViews = 1 }).Check(plan, facts).ShouldHaveSingleItem().Param.ShouldBe("method.fullViews");
        (Small with { FullViews = 1, LocalViews = 1 }).Check(plan, facts).ShouldBeEmpty();
        Small.Check(plan, facts).ShouldBeEmpty();
    }

    [Fact]
    public void Prototypes_and_a_queue_are_suggested_that_the_data_can_fill_and_small_crops_for_large_pictures_only()
    {
        var facts = new DatasetFacts(60_000, 0, 0, 1, 28, 28);

        Suggested(facts, 28).ShouldBe("""{"method":{"queue":2048,"prototypes":512,"localViews":0,"hiddenWidth":512}}""");
        Suggested(facts with { Items = 640 }, 28).ShouldBe("""{"method":{"queue":256,"prototypes":16,"localViews":0,"hiddenWidth":512}}""");
        Suggested(facts, 224).ShouldBe("""{"method":{"queue":2048,"prototypes":512},"views":{"crop":{"scale":[0.14,1]},"local":{"scale":[0.05,0.14]}}}""");
        Suggested(facts with { Items = 1_000_000 }, 224).ShouldNotContain("prototypes");

        static string Suggested(DatasetFacts facts, int imageSize) => new SwAv.Options().Suggest(facts, imageSize).ToJsonString();
    }

    private static MethodRig Rig(SwAv.Options options) => new(MethodCatalog.Find("swav"), default, options);

    /// <summary>(B, d) of each view, made as the method makes them.</summary>
    private static Tensor[] Projections(MethodRig rig, Batch batch)
    {
        var features = rig.Encoder.forward(cat([.. batch.Views]));
        if (batch.LocalViews.Count > 0)
            features = cat([features, rig.Encoder.forward(cat([.. batch.LocalViews]))]);
        var projector = (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == "projector").module;
        return UnitRows.Of(projector.forward(features)).detach().split(Rows);
    }

    private static Parameter Prototypes(MethodRig rig) => rig.Method.named_parameters().Single(p => p.name == "prototypes").parameter;

    private static Tensor[] Queues(MethodRig rig) =>
        [.. ((ModuleList<RecentRows>)rig.Method.named_children().Single(c => c.name == "queues").module).Select(queue => queue.Rows)];
}
