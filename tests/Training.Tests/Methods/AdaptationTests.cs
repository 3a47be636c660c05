using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Adaptation;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Tests.Running;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using FixMatch = ContrastiveService.Training.Methods.Adaptation.FixMatch;
using FixMatchLoss = ContrastiveService.Training.Losses.FixMatch;
using Mmd = ContrastiveService.Training.Methods.Adaptation.Mmd;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>What is special about the methods that carry a classifier to a target domain.</summary>
public sealed class AdaptationTests
{
    private static readonly DataTraits TwoDomains = new(Labeled: true, HasTarget: true);

    public static TheoryData<string> All { get; } = [.. MethodCatalog.All.Where(method => method.DefaultOptions is AdaptationOptions).Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void What_is_seen_of_the_target_moves_the_one_shared_encoder(string name)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Unsure(name));
        var batch = rig.Strangers(1);

        var here = EncoderGradient(rig, batch);
        var there = EncoderGradient(rig, batch with { Target = rig.Strangers(2).Target });

        here.Zip(there).ShouldAllBe(pair => (pair.First - pair.Second).abs().max().ToDouble() > 0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void With_weight_0_it_is_the_classification_of_the_source(string name)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Unsure(name, weight: 0));
        var batch = rig.Strangers(3);
        var logits = ((ClassifierMethod)rig.Method).Logits(rig.Encoder.forward(batch.WeakViews[0]));

        var loss = rig.Method.Loss(batch).ToDouble();

        // Two classifiers have two losses, of which neither is that of their mean.
        if (rig.Method is not Mcd)
            loss.ShouldBe(nn.functional.cross_entropy(logits, batch.Labels!).ToDouble(), 1e-5);
        loss.ShouldBe(rig.Method.Loss(batch with { Target = rig.Strangers(4).Target }).ToDouble(), 1e-5);
    }

    [Fact]
    public void Mmd_uses_the_estimator_that_it_is_told()
    {
        using var scope = NewDisposeScope();
        foreach (var estimator in Enum.GetValues<MmdEstimator>())
        {
            var rig = Rig(new Mmd.Options { Estimator = estimator });
            var batch = rig.Strangers(5);
            var (s, t) = (rig.Encoder.forward(batch.WeakViews[0]), rig.Encoder.forward(batch.Target!.WeakViews[0]));

            rig.Method.Loss(batch);

            batch.Reports["alignmentLoss"].ToDouble().ShouldBe(Training.Losses.Mmd.Loss(s, t, estimator).ToDouble(), 1e-5);
        }
    }

    [Fact]
    public void Danns_discriminator_learns_from_the_first_step_and_the_encoder_works_against_it_more_and_more()
    {
        using var scope = NewDisposeScope();
        var options = new Dann.Options { DiscriminatorWidth = 6, DiscriminatorLayers = 2, Weight = 0.5 };
        var rig = Rig(options);
        var batch = rig.Strangers(6);
        var classification = EncoderGradient(Rig(options with { Weight = 0 }), batch);

        var first = EncoderGradient(rig, batch with { Step = 0 });
        Discriminator(rig).parameters().ShouldAllBe(p => p.grad!.abs().sum().ToDouble() > 0);
        var later = EncoderGradient(rig, batch with { Step = 20 });
        var last = EncoderGradient(rig, batch with { Step = 100 });

        var domains = Discriminator(rig);
        var (s, t) = (rig.Encoder.forward(batch.WeakViews[0]), rig.Encoder.forward(batch.Target!.WeakViews[0]));
        var plain = Gradient(rig, DomainClassification.Loss(domains.forward(s), domains.forward(t)));
        for (var i = 0; i < first.Length; i++)
        {
            Same(first[i], classification[i]);
            Same(later[i], classification[i] - (0.5 * (2 / (1 + Math.Exp(-2)) - 1) * plain[i]));
            Same(last[i], classification[i] - (0.5 * (2 / (1 + Math.Exp(-10)) - 1) * plain[i]));
        }
    }

    [Fact]
    public void Mcds_classifiers_seek_disagreement_and_the_encoder_undoes_it_as_often_as_the_generator_would_step()
    {
        using var scope = NewDisposeScope();
        Tensor[] Encoder(Mcd.Options options) => EncoderGradient(Rig(options), Rig(options).Strangers(7));
        Tensor Second(Mcd.Options options)
        {
            var rig = Rig(options);
            rig.Method.Loss(rig.Strangers(7)).backward();
            return rig.Method.named_parameters().Single(p => p.name == "second.weight").parameter.grad!.clone();
        }

        var (none, one, four) = (new Mcd.Options { Weight = 0 }, new Mcd.Options { GeneratorSteps = 1 }, new Mcd.Options());
        var discrepancy = Encoder(one).Zip(Encoder(none), (with, without) => with - without).ToArray();
        foreach (var (with, without, pull) in Encoder(four).Zip(Encoder(none), discrepancy))
            Same(with, without + (4 * pull));
        Same(Second(four), Second(one));

        // Downhill of what the encoder gets there is less disagreement, downhill of what the classifiers get there is more.
        var rig = Rig(none);
        var target = rig.Strangers(7).Target!.WeakViews[0];
        var before = Disagreement();
        var push = Second(four) - Second(none);
        using var ungraded = no_grad();
        var classifier = rig.Method.named_parameters().Single(p => p.name == "second.weight").parameter;
        classifier.sub_(push * 0.1);
        Disagreement().ShouldBeGreaterThan(before);
        classifier.add_(push * 0.1);
        foreach (var (parameter, pull) in rig.Encoder.parameters().Zip(discrepancy))
            parameter.sub_(pull * 0.1);
        Disagreement().ShouldBeLessThan(before);

        double Disagreement()
        {
            var features = rig.Encoder.forward(target);
            var linears = rig.Method.children().Cast<Linear>().ToArray();
            return ClassifierDiscrepancy.Loss(linears[0].forward(features), linears[1].forward(features)).ToDouble();
        }
    }

    [Fact]
    public void Mcds_class_is_that_of_both_classifiers_together()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new Mcd.Options());
        var features = randn(5, rig.Encoder.Width);
        var linears = rig.Method.children().Cast<Linear>().ToArray();

        Same(((Mcd)rig.Method).Logits(features), (linears[0].forward(features) + linears[1].forward(features)) / 2);
    }

    [Fact]
    public void The_mean_teachers_student_sees_the_full_view_and_the_teacher_the_weak_one()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new MeanTeacher.Options { Threshold = 0, Weight = 3 });
        var batch = rig.Strangers(8);
        using (no_grad())
        {
            foreach (var parameter in rig.Encoder.parameters())
                parameter.mul_(1.5); // so that they differ
        }

        var teacher = rig.Method.children().OfType<nn.Module<Tensor, Tensor>>().Single(child => child is not Linear);
        var student = ((ClassifierMethod)rig.Method).Logits(rig.Encoder.forward(batch.Target!.Views[0]));
        var expected = SelfEnsembling.Loss(student, teacher.forward(batch.Target.WeakViews[0]), 0).ToDouble();

        var loss = rig.Method.Loss(batch).ToDouble();

        expected.ShouldBeGreaterThan(0);
        batch.Reports["consistencyLoss"].ToDouble().ShouldBe(expected, 1e-5);
        loss.ShouldBe(batch.Reports["classificationLoss"].ToDouble() + (3 * expected), 1e-5);
    }

    [Theory]
    [InlineData(0, 0.006737947)]
    [InlineData(10, 0.286504797)] // e^(−5/4), half of twenty steps
    [InlineData(20, 1)]
    [InlineData(90, 1)]
    public void The_mean_teachers_weight_can_rise_over_some_epochs(long step, double share)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new MeanTeacher.Options { Threshold = 0, RampUpEpochs = 20.0 / MethodRig.StepsPerEpoch });
        var batch = rig.Strangers(9) with { Step = step };

        var loss = rig.Method.Loss(batch).ToDouble();

        var consistency = batch.Reports["consistencyLoss"].ToDouble();
        loss.ShouldBe(batch.Reports["classificationLoss"].ToDouble() + (3 * share * consistency), 1e-5);
    }

    [Fact]
    public void Fixmatch_teaches_the_full_view_what_the_weak_one_is_taken_for()
    {
        using var scope = NewDisposeScope();
        const double Threshold = 0.2; // the network is new, and there are six classes
        var rig = Rig(new FixMatch.Options { Threshold = Threshold });
        var batch = rig.Strangers(10);
        Tensor Logits(Tensor view) => ((ClassifierMethod)rig.Method).Logits(rig.Encoder.forward(view));
        var expected = FixMatchLoss.Loss(Logits(batch.Target!.WeakViews[0]), Logits(batch.Target.Views[0]), Threshold).ToDouble();

        var loss = rig.Method.Loss(batch).ToDouble();

        batch.Reports["confidentShare"].ToDouble().ShouldBeInRange(0.05, 0.95);
        batch.Reports["consistencyLoss"].ToDouble().ShouldBe(expected, 1e-5);
        loss.ShouldBe(batch.Reports["classificationLoss"].ToDouble() + expected, 1e-5);
    }

    [Fact]
    public void Nothing_is_taught_where_nobody_is_sure()
    {
        using var scope = NewDisposeScope();
        foreach (var options in new MethodOptions[] { new FixMatch.Options(), new MeanTeacher.Options() })
        {
            var rig = Rig(options);
            var batch = rig.Strangers(11);

            rig.Method.Loss(batch).ToDouble().ShouldBe(batch.Reports["classificationLoss"].ToDouble(), 1e-6);
            batch.Reports["confidentShare"].ToDouble().ShouldBe(0);
        }
    }

    [Fact]
    public void Small_pictures_get_a_small_discriminator_and_views_from_which_the_class_can_be_told()
    {
        const string Target = """{"domains": {"targetDataset": "other"}}""";

        ((Dann.Options)TinyData.Plan("dann", more: Target).Method).DiscriminatorWidth.ShouldBe(100);
        TinyData.Plan("fixmatch", more: Target).Views.Crop.Scale.ShouldBe([0.6, 1]);
        TinyData.Plan("mean-teacher", more: Target).Views.Crop.Scale.ShouldBe([0.6, 1]);
        TinyData.Plan("mmd", more: Target).Views.Crop.Scale.ShouldBe([0.2, 1]);
    }

    [Fact]
    public void Fixmatch_with_all_its_options_learns_both_views_of_the_source_and_aligned_opinions_about_the_target()
    {
        using var scope = NewDisposeScope();
        var options = new FixMatch.Options { Threshold = 0.9, AlignDistributions = true, StrongSource = true, Weight = 2 };
        var rig = Rig(options);
        var batch = rig.Strangers(1);
        var target = batch.Target!;

        var known = Logits(batch.WeakViews[0]);
        var sure = known.softmax(1).amax([1]).mean();
        var (weak, strong) = (FixMatchLoss.Align(Logits(target.WeakViews[0]), known), Logits(target.Views[0]));
        var classification = (nn.functional.cross_entropy(known, batch.Labels!) + nn.functional.cross_entropy(Logits(batch.Views[0]), batch.Labels!)) / 2;
        var expected = classification + (2 * FixMatchLoss.Loss(weak, strong, 0.9, sure));

        rig.Method.Loss(batch).ToDouble().ShouldBe(expected.ToDouble(), 1e-5);
        batch.Reports["confidentShare"].ToDouble().ShouldBeGreaterThan(0, "the threshold is relative");

        Tensor Logits(Tensor view) => ((IClassifier)rig.Method).Logits(rig.Encoder.forward(view));
    }

    /// <summary>In evaluation mode, so that batch norms do not tell the source of the target.</summary>
    private static MethodRig Rig(MethodOptions options)
    {
        var rig = new MethodRig(MethodCatalog.Of(options), TwoDomains, options);
        rig.Encoder.eval();
        rig.Method.eval();
        return rig;
    }

    /// <summary>The method's small options by which every opinion counts, however unsure.</summary>
    private static MethodOptions Unsure(string name, double weight = 1)
    {
        var json = SmallOptions.Json(MethodCatalog.Find(name));
        json["weight"] = weight;
        if (json.ContainsKey("threshold"))
            json["threshold"] = 0;
        return StrictJson.Read<MethodOptions>(json, PlanJson.Options);
    }

    private static nn.Module<Tensor, Tensor> Discriminator(MethodRig rig) =>
        rig.Method.children().OfType<nn.Module<Tensor, Tensor>>().Single(child => child is not Linear);

    private static Tensor[] EncoderGradient(MethodRig rig, Batch batch) => Gradient(rig, rig.Method.Loss(batch));

    private static Tensor[] Gradient(MethodRig rig, Tensor loss)
    {
        foreach (var parameter in rig.Encoder.parameters().Concat(rig.Method.parameters()))
            parameter.grad?.zero_();
        loss.backward();
        return [.. rig.Encoder.parameters().Select(p => p.grad!.clone())];
    }

    private static void Same(Tensor ours, Tensor expected) =>
        (ours - expected).abs().max().ToDouble().ShouldBeLessThan(1e-6 + (1e-4 * expected.abs().max().ToDouble()));
}
