using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;
using Npid = ContrastiveService.Training.Methods.Npid;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class NpidTests
{
    private const int Rows = 12;

    [Fact]
    public void It_is_the_softmax_over_the_memory_of_every_item()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { Temperature = 0.2, ProjectionWidth = 6 });
        var batch = rig.Strangers(1);
        Bank(rig).shape.ShouldBe([Rows, 6]);

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(Training.Losses.Npid.Softmax(Features(rig, batch), Bank(rig), batch.Items, 0.2).ToDouble(), 1e-5);
    }

    [Fact]
    public void With_more_items_than_that_it_is_told_from_drawn_ones_and_Z_stays_what_the_first_step_estimated()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { Temperature = 0.2, ProjectionWidth = 6, FullUpTo = 11, Negatives = 5 });
        Tensor? z = null;
        foreach (var seed in new[] { 2, 3 })
        {
            var batch = rig.Strangers(seed);
            manual_seed(4);
            var noise = randint(Rows, [Rows, 5], dtype: int64);
            var expected = Training.Losses.Npid.Nce(Features(rig, batch), Bank(rig), batch.Items, noise, 0.2, z);
            z ??= expected.LogZ;

            manual_seed(4);
            rig.Method.Loss(batch).ToDouble().ShouldBe(expected.Loss.ToDouble(), 1e-5);
            using var ungraded = no_grad();
            rig.Method.AfterStep(1);
            rig.Method.named_buffers().Single(b => b.name == "logZ").buffer.ToDouble().ShouldBe(z.ToDouble(), 1e-5);
        }
    }

    [Fact]
    public void A_run_taken_up_again_keeps_the_Z_it_had()
    {
        using var scope = NewDisposeScope();
        var options = new Npid.Options { ProjectionWidth = 6, FullUpTo = 0, Negatives = 5 };
        var (first, second) = (Rig(options), Rig(options));
        using var ungraded = no_grad();
        first.Method.Loss(first.Strangers(2));
        first.Method.AfterStep(1);
        second.Method.load_state_dict(first.Method.state_dict());
        var batch = first.Strangers(3);

        var losses = new[] { first, second }.Select(rig =>
        {
            manual_seed(4);
            return rig.Method.Loss(batch).ToDouble();
        }).ToArray();

        losses[1].ShouldBe(losses[0]);
    }

    [Fact]
    public void After_a_step_the_memories_of_the_items_seen_move_to_the_sphere_between_old_and_new_and_no_other()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { BankMomentum = 0.25, ProjectionWidth = 6 });
        var whole = rig.Strangers(5);
        var batches = new[] { 0, 4 }.Select(start => new Batch([whole.Views[0].narrow(0, start, 4)], null, (whole.Items.narrow(0, start, 4) * 5) % Rows)).ToArray();
        var expected = Bank(rig).clone();
        using var ungraded = no_grad();
        foreach (var batch in batches)
        {
            var v = UnitRows.Of(Features(rig, batch));
            for (var i = 0; i < 4; i++)
            {
                var item = batch.Items[i].ToInt64();
                expected[item] = nn.functional.normalize((0.25 * expected[item]) + (0.75 * v[i]), dim: 0);
            }
        }

        var before = Bank(rig).clone();

        foreach (var batch in batches)
            rig.Method.Loss(batch);
        Bank(rig).eq(before).all().ToBoolean().ShouldBeTrue();
        rig.Method.AfterStep(1);

        (Bank(rig) - expected).abs().max().ToDouble().ShouldBeLessThan(1e-6);
        Bank(rig).ne(before).any(1).sum().ToInt64().ShouldBe(8);
        rig.Method.AfterStep(2);
        (Bank(rig) - expected).abs().max().ToDouble().ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Its_defaults_suit_the_pictures_and_a_batch_may_be_cut_into_pieces()
    {
        var facts = new DatasetFacts(1000, 0, 0, 3, 32, 32);

        new Npid.Options().Suggest(facts, 32).ToJsonString().ShouldBe("""{"method":{"temperature":0.1}}""");
        new Npid.Options().Suggest(facts, 224).ShouldBeEmpty();
        new Npid.Options().AccumulationDiffers().ShouldBeNull();
    }

    private static MethodRig Rig(Npid.Options options) => new(MethodCatalog.Find("npid"), default, options);

    private static Tensor Features(MethodRig rig, Batch batch) =>
        ((nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == "projector").module).forward(rig.Encoder.forward(batch.Views[0]));

    private static Tensor Bank(MethodRig rig) => rig.Method.named_buffers().Single(b => b.name == "bank.rows").buffer;
}
