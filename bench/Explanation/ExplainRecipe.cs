using System.Globalization;
using System.Text.Json;
using ContrastiveService.Training;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Bench.Explanation;

/// <summary>How a backbone is trained before its maps are measured: as briefly as lets it look at things rather than at anything.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="Side">Of placed pictures, in pixels: as small as leaves maps of four positions a side.</param>
/// <param name="Items">Training pictures.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="Batch">Pictures a step.</param>
/// <param name="LearningRate">Of AdamW.</param>
/// <param name="Pairs">How many are measured.</param>
internal sealed record ExplainRecipe(string Backbone, int Side, int Items, int Epochs, int Batch, double LearningRate, int Pairs)
{
    private static readonly ExplainRecipe[] Known =
    [
        new("small-convnet", 32, 10_000, 1, 128, 0.003, 300),
        new("seed-convnet", 32, 10_000, 1, 128, 0.003, 300),
        new("resnet18", 32, 1_500, 1, 32, 0.001, 200),
        new("vit_s_16", 64, 2_000, 1, 32, 0.0003, 200),
    ];

    /// <summary>One of each kind: averaged, averaged behind shortcuts, a linear layer over positions, a transformer.</summary>
    public static IReadOnlyList<string> Names => [.. Known.Select(recipe => recipe.Backbone)];

    /// <summary>Those that pictures of 28 pixels do for are measured on Fashion-MNIST as it is, too.</summary>
    public bool IsSmall => Backbone is "small-convnet" or "seed-convnet";

    /// <summary>Backbones that are not named here need larger pictures.</summary>
    public static ExplainRecipe Of(string backbone) => Known.FirstOrDefault(recipe => recipe.Backbone == backbone) ?? new(BackboneCatalog.Find(backbone).Name, 128, 2_000, 1, 32, 0.001, 200);

    /// <summary>Labels tell what counts, so that a short training does.</summary>
    /// <param name="pictures">How many there are.</param>
    /// <param name="side">Their side, in pixels.</param>
    public TrainingPlan Plan(int pictures, int side) => TrainingPlan.Resolve(
        JsonSerializer.Deserialize<JsonElement>($$$"""
            {"dataset": "fashion-mnist", "method": {"type": "supcon"}, "backbone": {"type": "{{{Backbone}}}", "batchNorm": true}, "imageSize": {{{side}}},
             "views": {"crop": {"scale": [0.7, 1.0]}, "flip": 0.5, "blur": {"probability": 0}, "color": {"strength": 0.4}},
             "optimizer": {"type": "adamw", "learningRate": {{{LearningRate.ToString(CultureInfo.InvariantCulture)}}}, "weightDecay": 0.01},
             "schedule": {"type": "cosine", "warmupEpochs": 0.1}, "epochs": {{{Epochs}}}, "batchSize": {{{Batch}}}, "seed": 1, "device": "cpu", "precision": "float32",
             "evaluation": {"everyEpochs": 0, "validationShare": 0}}
            """),
        new DatasetFacts(pictures, pictures, 10, 1, side, side));
}
