using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;
using Npid = ContrastiveService.Training.Losses.Npid;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class CrossDomainTests
{
    private const string Source = "sourceBank.rows", Target = "targetBank.rows";

    [Theory]
    [InlineData(MethodRig.StepsPerEpoch - 1, false)]
    [InlineData(MethodRig.StepsPerEpoch, true)]
    public void Each_domain_is_told_apart_by_its_own_memory_and_matched_with_the_others_after_the_first_epoch(long step, bool matches)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { Temperature = 0.2, MatchingWeight = 3, ProjectionWidth = 6 });
        var batch = rig.Strangers(1) with { Step = step };
        var (fs, ft) = Features(rig, batch);
        var (source, target) = (Bank(rig, Source), Bank(rig, Target));
        var instances = (Npid.Softmax(fs, source, batch.Items, 0.2) + Npid.Softmax(ft, target, batch.Target!.Items, 0.2)).ToDouble() / 2;
        var matching = (CrossDomainMatching.Loss(fs, target, 0.2) + CrossDomainMatching.Loss(ft, source, 0.2)).ToDouble() / 2;

        rig.Method.Loss(batch).ToDouble().ShouldBe(instances + (matches ? 3 * matching : 0), 1e-4);

        batch.Reports["instanceLoss"].ToDouble().ShouldBe(instances, 1e-4);
        batch.Reports.ContainsKey("matchingLoss").ShouldBe(matches);
    }

    [Fact]
    public void Matching_starts_at_half_of_a_run_at_the_latest()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { MatchingAfterEpochs = 500, ProjectionWidth = 6 }); // the run has 100 steps
        foreach (var (step, matches) in new[] { (49, false), (50, true) })
        {
            var batch = rig.Strangers(1) with { Step = step };
            rig.Method.Loss(batch);
            batch.Reports.ContainsKey("matchingLoss").ShouldBe(matches, $"step {step}");
        }
    }

    [Fact]
    public void After_a_step_and_not_before_the_memories_of_the_items_seen_move_each_in_its_domains_bank()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { BankMomentum = 0.25, ProjectionWidth = 6 });
        var whole = rig.Strangers(2);
        var batch = new Batch([whole.Views[0].narrow(0, 0, 4)], null, tensor(new long[] { 7, 0, 3, 9 }))
        {
            Target = new Batch([whole.Target!.Views[0].narrow(0, 0, 2)], null, tensor(new long[] { 5, 11 })),
            Step = 50,
        };
        var (fs, ft) = Features(rig, batch);
        using var ungraded = no_grad();
        var expected = new[] { (Source, fs, batch.Items), (Target, ft, batch.Target.Items) }.Select(p =>
        {
            var bank = Bank(rig, p.Item1).clone();
            bank.index_copy_(0, p.Item3, UnitRows.Of((0.25 * bank.index_select(0, p.Item3)) + (0.75 * p.Item2)));
            return (Name: p.Item1, Before: Bank(rig, p.Item1).clone(), After: bank);
        }).ToArray();

        rig.Method.Loss(batch);
        foreach (var (name, before, _) in expected)
            Bank(rig, name).eq(before).all().ToBoolean().ShouldBeTrue(name);
        rig.Method.AfterStep(51);

        foreach (var (name, before, after) in expected)
        {
            (Bank(rig, name) - after).abs().max().ToDouble().ShouldBeLessThan(1e-6, name);
            Bank(rig, name).ne(before).any(1).sum().ToInt64().ShouldBe(name == Source ? 4 : 2, name);
        }
    }

    [Fact]
    public void More_similarities_than_fit_into_memory_are_refused_with_the_batch_that_fits()
    {
        var facts = new DatasetFacts(2_000_000, 0, 0, 3, 32, 32);
        facts = facts with { Target = facts with { Items = 100 } };
        var plan = new TrainingPlan { Dataset = "d", Name = "d", Method = new CrossDomain.Options(), BatchSize = 256 };

        var error = plan.Method.Check(plan, facts).ShouldHaveSingleItem();

        error.Param.ShouldBe("batchSize");
        error.Message.ShouldContain("at most 50 ");
        plan.Method.Check(plan with { Optimizer = new() { Accumulate = 8 } }, facts).ShouldBeEmpty();
    }

    private static MethodRig Rig(CrossDomain.Options options) => new(MethodCatalog.Find("cross-domain"), new DataTraits(HasTarget: true), options);

    private static (Tensor Source, Tensor Target) Features(MethodRig rig, Batch batch)
    {
        var projector = (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == "projector").module;
        var f = UnitRows.Of(projector.forward(rig.Encoder.forward(cat([batch.Views[0], batch.Target!.Views[0]]))));
        return (f.narrow(0, 0, batch.Items.size(0)), f.narrow(0, batch.Items.size(0), batch.Target.Items.size(0)));
    }

    private static Tensor Bank(MethodRig rig, string name) => rig.Method.named_buffers().Single(b => b.name == name).buffer;
}
