using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Weights;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Running;

public sealed class TrainerTests(TinyData data) : IClassFixture<TinyData>
{
    [Fact]
    public void A_run_reports_every_step_and_every_epoch_and_saves_each()
    {
        using var seen = new Recorder();
        data.Run(TinyData.Plan("simclr"), seen).ShouldBe(TrainingOutcome.Completed);
        var steps = seen.Series("loss").Select(p => p.Step).ToArray();
        steps.ShouldBe(Enumerable.Range(1, steps.Length).Select(i => (long)i));
        seen.Series("epochLoss").Count().ShouldBe(3);
        seen.Series("knnTop1").Select(p => p.Step).ShouldBe([0, steps.Length / 3, 2 * steps.Length / 3, steps.Length]);
        seen.Checkpoints.Count.ShouldBe(3);
        seen.Checkpoints[^1].File.Score.ShouldBe(seen.Series("knnTop1").Last().Value);
        seen.Series("dataWaitShare").Select(p => p.Value).ShouldAllBe(share => share >= 0 && share <= 1);
        seen.Series("evaluationShare").Select(p => p.Value).ShouldAllBe(share => share > 0 && share < 1);
        seen.Series("dataWaitShare").Count().ShouldBe(3);
        seen.Last!.Epoch.ShouldBe(3);
        seen.Last.ImagesPerSecond.ShouldBeGreaterThan(0);
        var firstEpoch = seen.Series("loss").Take(steps.Length / 3).Average(p => p.Value);
        seen.Series("epochLoss").First().Value.ShouldBe(firstEpoch, 1e-9);
        seen.Series("epochLoss").Last().Value.ShouldBeLessThan(firstEpoch);
    }

    [Fact]
    public void The_same_plan_gives_the_same_numbers_and_another_seed_others()
    {
        var losses = new List<(long, double)[]>();
        foreach (var seed in new[] { 1, 1, 2 })
        {
            using var seen = new Recorder();
            data.Run(TinyData.Plan("simclr", 1, $$"""{"seed": {{seed}}}"""), seen);
            losses.Add([.. seen.Series("loss")]);
        }

        losses[1].ShouldBe(losses[0]);
        losses[2].ShouldNotBe(losses[0]);
    }

    public static TheoryData<string, string> MethodsAndOptimizers()
    {
        var cases = new TheoryData<string, string>();
        foreach (var method in MethodCatalog.All)
        {
            cases.Add(method.Name, "adamw");
            cases.Add(method.Name, "sgd");
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(MethodsAndOptimizers))]
    public void A_run_stopped_at_any_step_and_resumed_gives_bit_identical_numbers(string method, string optimizer)
    {
        var plan = TinyData.Plan(MethodCatalog.Find(method), 3, $$$"""{"optimizer": {"type": "{{{optimizer}}}"}}""");
        using var whole = new Recorder();
        data.Run(plan, whole).ShouldBe(TrainingOutcome.Completed);
        var steps = whole.Points.Where(IsLoss).Max(p => p.Step);
        foreach (var at in new[] { 2, (steps / 3) + 1, steps / 3 * 2 })
        {
            using var first = new Recorder { StopAfter = at };
            data.Run(plan, first).ShouldBe(TrainingOutcome.Stopped);
            first.Checkpoints[^1].File.Step.ShouldBe(at);
            using var second = new Recorder();
            data.Run(plan, second, first.Checkpoints[^1].Bytes).ShouldBe(TrainingOutcome.Completed);
            var joined = first.Points.Concat(second.Points).Where(Repeatable).DistinctBy(p => (p.Name, p.Step)).OrderBy(p => p.Name).ThenBy(p => p.Step);
            joined.ShouldBe(whole.Points.Where(Repeatable).OrderBy(p => p.Name).ThenBy(p => p.Step), $"stopped at step {at}");
            second.Checkpoints[^1].Bytes.ShouldBe(whole.Checkpoints[^1].Bytes, $"stopped at step {at}");
        }
    }

    [Fact]
    public void A_run_resumed_from_its_last_checkpoint_has_nothing_left_to_do()
    {
        var plan = TinyData.Plan("simclr", 1);
        using var first = new Recorder();
        data.Run(plan, first);
        using var second = new Recorder();
        data.Run(plan, second, first.Checkpoints[^1].Bytes).ShouldBe(TrainingOutcome.Completed);
        second.Points.ShouldBeEmpty();
        second.Checkpoints.ShouldBeEmpty();
    }

    [Fact]
    public void A_checkpoint_of_another_network_is_refused()
    {
        using var first = new Recorder();
        data.Run(TinyData.Plan("simclr", 1), first);
        using var second = new Recorder();
        Should.Throw<WeightsException>(() => data.Run(TinyData.Plan("simclr", 1, """{"backbone": {"type": "resnet18"}}"""), second, first.Checkpoints[^1].Bytes));
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_run_and_says_what_to_change()
    {
        using var seen = new Recorder();
        var plan = TinyData.Plan("""{"type": "triplet", "normalize": false}""", 5, """{"optimizer": {"type": "sgd", "learningRate": 100}, "schedule": {"warmupEpochs": 0}}""");
        Should.Throw<TrainingFailedException>(() => data.Run(plan, seen)).Message.ShouldContain("learning rate");
    }

    [Fact]
    public void A_finished_checkpoint_becomes_a_model_that_embeds_as_the_trainer_saw()
    {
        var plan = TinyData.Plan("simclr", 4);
        using var seen = new Recorder();
        data.Run(plan, seen);
        using var checkpoint = new MemoryStream(seen.Checkpoints[^1].Bytes);
        var card = ModelCard.FromJson(ModelCardWriter.Write(plan, checkpoint, data.Images, CPU, null, TestContext.Current.CancellationToken).ToJson());
        card.EvaluatedOn.ShouldBe("test");
        card.KnnTop1!.Value.ShouldBeGreaterThan(0.5);
        var judgement = card.Judgement.ShouldNotBeNull();
        judgement.Reason.ShouldBeNull();
        judgement.Alignment!.Value.ShouldBeInRange(1e-6, 4);
        judgement.Scores!.Knn[5].ShouldBe(card.KnnTop1!.Value);
        judgement.Floors!.Untrained!.Knn[5].ShouldBe(card.KnnTop1Init!.Value);
        judgement.Floors.PixelSide.ShouldBe(TinyData.Side);
        judgement.Floors.RawPixels.Retrieval.MapAtR!.Value.ShouldBeInRange(0, 1);
        judgement.Verification!.Positives.Sum().ShouldBeGreaterThan(0);
        card.Background.DifferentLabels.ShouldBeTrue();
        card.Background.Quantiles.Length.ShouldBe(1001);
        card.Background.Quantiles.ShouldBeInOrder();

        checkpoint.Position = 0;
        using var model = EmbeddingModel.Load(plan, card.Preprocessing, checkpoint, CPU);
        var pictures = Enumerable.Range(0, 60).Select(i => Pixels(data.Images, i)).ToArray();
        var together = model.Embed(pictures);
        for (var i = 0; i < 60; i += 7)
        {
            var alone = model.Embed([pictures[i]])[0];
            alone.Length.ShouldBe(card.Width);
            Cosine(alone, together[i]).ShouldBe(1, 1e-5);
            Cosine(alone, alone).ShouldBe(1, 1e-5);
        }

        double Mean(Func<int, int, bool> wanted) => (from i in Enumerable.Range(0, 60) from j in Enumerable.Range(0, i) where wanted(i, j) select Cosine(together[i], together[j])).Average();
        Mean((i, j) => i % 3 == j % 3).ShouldBeGreaterThan(Mean((i, j) => i % 3 != j % 3));
    }

    [Fact]
    public void A_card_from_before_there_were_judgements_is_still_read()
    {
        const string Old = """
            {"preprocessing":{"size":28,"channels":1,"mean":[0.3],"std":[0.4]},"width":128,"knnTop1":0.8,"knnTop1Init":0.7,"evaluatedOn":"test","epoch":3,"step":90,
             "background":{"quantiles":[],"pairs":0,"differentLabels":true,"split":"test"}}
            """;

        ModelCard.FromJson(Old).Judgement.ShouldBeNull();
        ModelCard.FromJson(Old).Calibration.ShouldBeNull();
    }

    [Fact]
    public void A_run_writes_retrieval_at_every_evaluation_and_the_floors_once()
    {
        using var seen = new Recorder();
        data.Run(TinyData.Plan("simclr", 2), seen);

        seen.Series("mapAtR").Select(p => p.Step).ShouldBe(seen.Series("knnTop1").Select(p => p.Step));
        seen.Series("recallAt1").Count().ShouldBe(3);
        seen.Series("knnTop1RawPixels").Select(p => p.Step).ShouldBe([0]);
        seen.Series("knnTop1CenteredPixels").Single().Value.ShouldBeInRange(0, 1);
    }

    [Fact]
    public void A_percentile_says_how_many_strangers_are_less_similar()
    {
        var background = new Background([.. Enumerable.Range(0, 1001).Select(q => q / 1000.0)], 5000, true, "test");
        background.Percentile(-0.1).ShouldBe(0);
        background.Percentile(0.25).ShouldBe(25, 1e-9);
        background.Percentile(0.90005).ShouldBe(90.005, 1e-6);
        background.Percentile(1.5).ShouldBe(100);
    }

    /// <summary>All but the speed, which belongs to the machine.</summary>
    private static bool Repeatable(Metric point) => !point.Name.EndsWith("imagesPerSecond", StringComparison.Ordinal) && !point.Name.EndsWith("Share", StringComparison.Ordinal);

    private static bool IsLoss(Metric point) => point.Name == "loss" || point.Name.EndsWith(".loss", StringComparison.Ordinal);

    private static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static byte[] Pixels(ImageStore images, int i)
    {
        using var pixels = images.Gather([i]);
        return pixels.bytes.ToArray();
    }
}
