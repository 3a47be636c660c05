using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Inference;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Running;

/// <summary>Jobs with two domains: their baselines, and what they report.</summary>
public sealed class DomainRunTests(TinyData data) : IClassFixture<TinyData>
{
    const string Faint = """{"domains": {"targetDataset": "faint"}}""";

    static readonly string[] Distances = ["domainAccuracy", "mmd", "proxyADistance"];

    static ModelCard Card(TrainingPlan plan, Recorder seen, ImageStore images)
    {
        using var checkpoint = new MemoryStream(seen.Checkpoints[^1].Bytes);
        return ModelCard.FromJson(ModelCardWriter.Write(plan, checkpoint, images, CPU, null, TestContext.Current.CancellationToken).ToJson());
    }

    static double Value(Recorder seen, string name) => seen.Series(name).ShouldHaveSingleItem(name).Value;

    [Fact]
    public void All_three_trainings_report_accuracies_and_distances_before_and_after_and_the_card_says_them_again()
    {
        using var seen = new Recorder();
        var plan = TinyData.Plan("mmd", epochs: 3, Faint);

        data.Run(plan, seen).ShouldBe(TrainingOutcome.Completed);

        var domains = Card(plan, seen, data.Paired).Domains.ShouldNotBeNull();
        domains.TargetEvaluatedOn.ShouldBe("test");
        foreach (var (prefix, scores) in new[] { ("sourceOnly.", domains.SourceOnly), ("targetTrained.", domains.TargetTrained), ("", domains.Adapted) })
        {
            scores.ShouldBe(new DomainScores(
                Value(seen, prefix + "final.sourceAccuracy"), Value(seen, prefix + "final.targetAccuracy"), Value(seen, prefix + "final.domainAccuracy"),
                Value(seen, prefix + "final.proxyADistance"), Value(seen, prefix + "final.mmd")));
            scores!.DomainAccuracy!.Value.ShouldBeInRange(0, 1);
            scores.ProxyADistance!.Value.ShouldBe(2 * (1 - (2 * (1 - scores.DomainAccuracy.Value))), 1e-12);
            scores.Mmd!.Value.ShouldBeInRange(0, 10);
        }

        domains.Untrained.ShouldBe(new DomainScores(null, null, Value(seen, "untrained.domainAccuracy"), Value(seen, "untrained.proxyADistance"), Value(seen, "untrained.mmd")));
        seen.Series("untrained.mmd").Single().Step.ShouldBe(0);
        domains.Untrained!.Mmd.ShouldNotBe(domains.SourceOnly!.Mmd);
        domains.SourceOnly.SourceAccuracy!.Value.ShouldBeGreaterThan(0.5);
        domains.TargetTrained!.TargetAccuracy!.Value.ShouldBeGreaterThan(0.5);
        if (domains.TargetTrained.TargetAccuracy > domains.SourceOnly.TargetAccuracy)
            Value(seen, "final.gapCovered").ShouldBe(domains.GapCovered!.Value);
        else
            seen.Series("final.gapCovered").ShouldBeEmpty();
    }

    [Fact]
    public void A_target_without_labels_has_no_accuracy_no_training_of_its_own_and_no_gap()
    {
        using var seen = new Recorder();
        var plan = TinyData.Plan("deep-coral", epochs: 1, Faint);

        new Trainer(plan, data.PairedUnlabelled, CPU, data.Scratch, seen).Run(null, TestContext.Current.CancellationToken).ShouldBe(TrainingOutcome.Completed);

        var domains = Card(plan, seen, data.PairedUnlabelled).Domains.ShouldNotBeNull();
        domains.TargetTrained.ShouldBeNull();
        domains.GapCovered.ShouldBeNull();
        domains.Adapted!.TargetAccuracy.ShouldBeNull();
        domains.Adapted.SourceAccuracy.ShouldNotBeNull();
        domains.SourceOnly!.ProxyADistance.ShouldNotBeNull();
        seen.Points.ShouldAllBe(p => !p.Name.Contains("targetAccuracy") && !p.Name.Contains("gapCovered"));
    }

    [Fact]
    public void Without_baselines_only_the_method_itself_is_trained()
    {
        using var seen = new Recorder();
        var plan = TinyData.Plan("l1-alignment", epochs: 1, """{"domains": {"targetDataset": "faint", "baselines": false}}""");

        data.Run(plan, seen);

        var domains = Card(plan, seen, data.Paired).Domains.ShouldNotBeNull();
        (domains.SourceOnly ?? domains.TargetTrained).ShouldBeNull();
        Distances.ShouldAllBe(name => seen.Series($"untrained.{name}").Count() == 1 && seen.Series($"final.{name}").Count() == 1);
    }

    [Fact]
    public void A_job_of_one_domain_says_nothing_of_domains()
    {
        using var seen = new Recorder();
        var plan = TinyData.Plan("simclr", epochs: 1);

        data.Run(plan, seen);

        Card(plan, seen, data.Images).Domains.ShouldBeNull();
        seen.Points.ShouldAllBe(p => !Distances.Any(p.Name.EndsWith));
    }

    [Fact]
    public void What_was_measured_before_training_is_still_known_after_a_stop_in_the_last_phase()
    {
        var plan = TinyData.Plan("dann", epochs: 1, Faint);
        using var whole = new Recorder();
        data.Run(plan, whole);
        var steps = whole.Series("loss").Max(p => p.Step);
        using var first = new Recorder { StopAfter = steps - 1 };
        data.Run(plan, first).ShouldBe(TrainingOutcome.Stopped);
        using var second = new Recorder();

        data.Run(plan, second, first.Checkpoints[^1].Bytes).ShouldBe(TrainingOutcome.Completed);

        second.Points.ShouldAllBe(p => !p.Name.StartsWith("untrained.") && !p.Name.StartsWith("sourceOnly."));
        Card(plan, second, data.Paired).Domains.ShouldBe(Card(plan, whole, data.Paired).Domains);
    }
}
