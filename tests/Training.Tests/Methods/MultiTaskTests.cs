using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Adaptation;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class MultiTaskTests
{
    [Theory]
    [InlineData(false, false, "contrastive rotation")]
    [InlineData(true, false, "contrastive rotation classification")]
    [InlineData(false, true, "contrastive rotation alignment")]
    [InlineData(true, true, "contrastive rotation classification alignment")]
    public void It_does_whatever_the_data_allow_and_every_task_counts_half_of_its_loss_at_first(bool labeled, bool target, string tasks)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new(), labeled, target);
        var batch = rig.Strangers(1);

        var loss = rig.Method.Loss(batch).ToDouble();

        var names = tasks.Split(' ');
        batch.Reports.Keys.Where(name => name.EndsWith("Loss", StringComparison.Ordinal)).ShouldBe(names.Select(task => task + "Loss"));
        loss.ShouldBe(names.Sum(task => batch.Reports[task + "Loss"].ToDouble()) / 2, 1e-4);
        names.ShouldAllBe(task => batch.Reports[task + "Weight"].ToDouble() == 0.5);
    }

    [Fact]
    public void Its_tasks_are_the_losses_of_their_papers_on_one_batch_of_all_pictures()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { Temperature = 0.3 }, labeled: true, target: true);
        var batch = rig.Strangers(2);
        var (b, weak) = (batch.Items.size(0), batch.WeakViews[0]);
        Tensor[] pictures = [.. batch.Views, weak, weak.rot90(1, (2, 3)), weak.rot90(2, (2, 3)), weak.rot90(3, (2, 3)), batch.Target!.WeakViews[0]];
        var h = rig.Encoder.forward(cat(pictures)).chunk(pictures.Length);
        var z = Head(rig, "projector").forward(cat([h[0], h[1]])).chunk(2);
        var turns = arange(4).repeat_interleave(b);

        rig.Method.Loss(batch);

        batch.Reports["contrastiveLoss"].ToDouble().ShouldBe(NtXent.Loss(z[0], z[1], 0.3).ToDouble(), 1e-4);
        batch.Reports["rotationLoss"].ToDouble().ShouldBe(nn.functional.cross_entropy(Head(rig, "turn").forward(cat(h[2..6])), turns).ToDouble(), 1e-4);
        batch.Reports["classificationLoss"].ToDouble().ShouldBe(nn.functional.cross_entropy(Head(rig, "classifier").forward(h[2]), batch.Labels!).ToDouble(), 1e-4);
        batch.Reports["alignmentLoss"].ToDouble().ShouldBe(Coral.Loss(h[2], h[6]).ToDouble(), 1e-4);
    }

    [Fact]
    public void The_weights_are_learned_from_0_on_without_weight_decay()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new());
        var batch = rig.Strangers(3);
        var s = rig.Method.Trainable().Single(t => t.Name == "s").Parameter;

        s.eq(0).all().ToBoolean().ShouldBeTrue();
        rig.Method.Rule("s").Decays.ShouldBeFalse();
        rig.Method.Rule("turn.turn.weight").ShouldBe(ParameterRule.AsPlanned);
        rig.Method.Loss(batch).backward();
        var expected = new[] { "contrastiveLoss", "rotationLoss" }.Select(name => 0.5 - (batch.Reports[name].ToDouble() / 2)).ToArray();
        s.grad!.data<float>().ToArray().Zip(expected).ShouldAllBe(g => Math.Abs(g.First - g.Second) < 1e-4);
    }

    [Fact]
    public void A_picture_without_an_upright_gives_nothing_away_and_one_with_a_light_top_can_be_learned()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { Contrastive = false });
        var plain = ones(4, 1, 8, 8) * arange(4).view(4, 1, 1, 1);
        var lightTop = cat([ones(4, 1, 4, 8), zeros(4, 1, 4, 8)], 2) * (1 + arange(4).view(4, 1, 1, 1));

        Accuracy(plain).ShouldBe(0.25);
        using var optimizer = Optimizer.Create(
            new OptimizerPlan { LearningRate = 0.02 }, rig.Encoder.named_parameters().Select(p => (p.name, p.parameter)).Concat(rig.Method.Trainable().Select(t => ("method." + t.Name, t.Parameter))));
        for (var step = 0; step < 40; step++)
        {
            rig.Method.Loss(Of(lightTop)).backward();
            optimizer.Step(0.02);
            optimizer.ZeroGrad();
        }

        Accuracy(lightTop).ShouldBe(1);

        Batch Of(Tensor pictures) => new([], null, arange(4)) { WeakViews = [pictures] };

        double Accuracy(Tensor pictures)
        {
            var batch = Of(pictures);
            rig.Method.Loss(batch);
            return batch.Reports["rotationAccuracy"].ToDouble();
        }
    }

    [Fact]
    public void Its_classifier_can_be_asked_where_it_has_one()
    {
        using var scope = NewDisposeScope();
        var (with, without) = ((IClassifier)Rig(new(), labeled: true).Method, (IClassifier)Rig(new() { Classification = false }, labeled: true).Method);

        with.Classifies.ShouldBeTrue();
        with.Logits(ones(3, 8)).shape.ShouldBe([3, MethodRig.Groups]);
        without.Classifies.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => without.Logits(ones(3, 8)));
    }

    [Fact]
    public void Only_the_pictures_that_a_task_looks_at_are_made()
    {
        var all = new DataTraits(Labeled: true, HasTarget: true);

        new MultiTask.Options().Needs(default).ShouldBe(new BatchNeeds(2) { WeakViews = 1 });
        new MultiTask.Options().Needs(all).ShouldBe(new BatchNeeds(2, LabelUse.Required) { WeakViews = 1, Target = new BatchNeeds(0) { WeakViews = 1 } });
        new MultiTask.Options { Rotation = false }.Needs(default).ShouldBe(new BatchNeeds(2));
        new MultiTask.Options { Contrastive = false, Classification = false, Alignment = false }.Needs(all).ShouldBe(new BatchNeeds(0) { WeakViews = 1 });
    }

    [Theory]
    [InlineData("""{"contrastive": false, "rotation": false}""", "method", "rotation")]
    [InlineData("""{"contrastive": false, "rotation": false, "alignment": true}""", "domains", "target domain")]
    [InlineData("""{"classification": true}""", "method.type", "label")]
    public void What_the_data_cannot_give_is_refused(string options, string param, string remedy)
    {
        var request = System.Text.Json.JsonDocument.Parse($$"""{"dataset": "d", "method": {"type": "multi-task", {{options[1..]}} }""").RootElement;

        var errors = Should.Throw<PlanException>(() => TrainingPlan.Resolve(request, new(1000, 0, 0, 3, 32, 32))).Errors;

        errors.ShouldContain(e => e.Param == param && e.Message.Contains(remedy));
    }

    [Fact]
    public void A_batch_may_be_cut_into_pieces_where_no_task_compares_its_items()
    {
        new MultiTask.Options().AccumulationDiffers().ShouldNotBeNull();
        new MultiTask.Options { Contrastive = false }.AccumulationDiffers()!.ShouldContain("aligned");
        new MultiTask.Options { Contrastive = false, Alignment = false }.AccumulationDiffers().ShouldBeNull();
    }

    private static MethodRig Rig(MultiTask.Options options, bool labeled = false, bool target = false) =>
        new(MethodCatalog.Find("multi-task"), new DataTraits(labeled, target), options);

    private static nn.Module<Tensor, Tensor> Head(MethodRig rig, string name) => (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == name).module;
}
