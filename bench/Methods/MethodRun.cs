using System.Text.Json;
using ContrastiveService.Training;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Methods;

/// <summary>Trains one method with one seed and judges it, in a process of its own. Killed, it goes on from its last epoch when it is started again.</summary>
internal static class MethodRun
{
    public const string Mode = "method-run";

    /// <summary>Whether threads keep to a processor each: they may not where several runs share the machine.</summary>
    public const string Pinned = "pinned", Unpinned = "unpinned";

    public static int Run(string name, long seed, int threads, bool pin)
    {
        Compute.UseThreads(threads, pin);
        MethodFiles.TakesMeasured = false; // whoever starts this wants it run
        var recipe = MethodRecipe.All().Single(r => r.Name == name);
        var files = new MethodFiles(recipe, seed);
        if (files.Result is null)
            files.Write(Train(recipe, seed, files, threads));
        return 0;
    }

    private static MethodResult Train(MethodRecipe recipe, long seed, MethodFiles files, int threads)
    {
        var plan = recipe.Plan(seed);
        using var images = recipe.Data.Open();
        var seen = new RunRecorder(files);
        using (var checkpoint = files.OpenCheckpoint())
            new Trainer(plan, images, CPU, files.Scratch, seen).Run(checkpoint, CancellationToken.None);
        using var final = files.OpenCheckpoint()!;
        using var truce = new CollectionTruce();
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var header = SafeTensors.ReadHeader(final);
        var position = JsonSerializer.Deserialize<TrainingPosition>(header.Metadata["position"], PlanJson.Options)!;
        using var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        var judged = new JudgedPictures(images);
        var before = Scores(probe: false);
        ModuleState.Load(encoder, final, header, "backbone.");
        return new(
            recipe.Name, recipe.Data.Name, seed, JsonDocument.Parse(plan.ToJson()).RootElement, before, Scores(probe: true), files.Seconds, threads, position.Before.Results,
            seen.Warnings);

        MethodScores Scores(bool probe) => judged.Scores(judged.Bank(Features), judged.Queries(Features), probe);

        Tensor Features(long[] items) => FeatureExtractor.Encode(encoder, position.Preprocessing, images, items, CPU, CancellationToken.None);
    }
}
