using System.Text.Json;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Inference;

/// <summary>Judges the chosen checkpoint once, on items that chose nothing where there are such.</summary>
public static class ModelCardWriter
{
    private const int MostItems = 50_000;

    /// <summary>Writes the card of a checkpoint, on at most 50,000 items of the split that is reported on.</summary>
    /// <param name="plan">The plan it was trained by.</param>
    /// <param name="checkpoint">The checkpoint, seekable.</param>
    /// <param name="images">The data set it was trained on.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="pretrained">What the encoder started from, where the plan names it.</param>
    /// <param name="stop">Gives up between two batches.</param>
    public static ModelCard Write(TrainingPlan plan, Stream checkpoint, ImageStore images, Device device, PretrainedWeights? pretrained, CancellationToken stop)
    {
        using var truce = new CollectionTruce();
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var header = SafeTensors.ReadHeader(checkpoint);
        var position = JsonSerializer.Deserialize<TrainingPosition>(header.Metadata["position"], PlanJson.Options)!;
        var splits = Splits.Of(images, plan.Seed, plan.Evaluation.ValidationShare, plan.Domains);
        var (reported, split) = splits.Reported;
        var items = KnnItems.Sample(reported, "judged", MostItems, plan.Seed);
        var options = new JudgeOptions(plan.Evaluation.Knn, plan.Seed);
        using var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        pretrained?.Load(encoder);
        encoder.to(device);
        var encoded = new JudgedItems(images, split == "train" ? [] : KnnItems.Bank(plan, splits), items, device, stop);
        var floors = encoded.Floors(encoder, position.Preprocessing, options);
        truce.Rest();
        ModuleState.Load(encoder, checkpoint, header, "backbone.");
        var (bank, queries) = encoded.Encode(encoder, position.Preprocessing);
        var alignment = items.Length == 0 ? double.NaN : ViewAlignment.Measure(encoder, new ViewMaker(plan.Views, position.Preprocessing), images, items, plan.Seed, device);
        var judgement = Judge.Of(bank, queries, options, stop) with { Floors = floors, Alignment = double.IsFinite(alignment) ? alignment : null };
        var (background, calibration) = Pairs(
            queries, () => ViewPairs.Cosines(encoder, new ViewMaker(plan.Views, position.Preprocessing), images, items, plan.Seed, device, stop), split, plan.Seed);
        return new(
            position.Preprocessing, encoder.Width, First(judgement.Scores), First(floors?.Untrained), split, position.Epoch, position.Step, background)
        {
            Calibration = calibration,
            Judgement = judgement,
            Golden = Golden(encoder, position.Preprocessing, device),
            Domains = splits.Target is { } target ? DomainReport.Of(position.Before.Results, target.Reported.Split) : null,
        };

        double? First(LabelScores? scores) => scores?.Knn.TryGetValue(plan.Evaluation.Knn[0], out var accuracy) == true ? accuracy : null;
    }

    private static float[] Golden(Backbone encoder, Preprocessing preprocessing, Device device)
    {
        using var scope = NewDisposeScope();
        using var folded = encoder.Folded();
        var (channels, size) = (preprocessing.Channels, preprocessing.Size);
        var pixels = tensor(GoldenPicture.Of(channels, size), ScalarType.Byte).view(1, channels, size, size).to(device);
        return nn.functional.normalize(encoder.forward(preprocessing.Normalize(pixels)), dim: 1).cpu().data<float>().ToArray();
    }

    /// <summary>On features that are no numbers there are no pairs, and the reason is told.</summary>
    private static (Background Background, PairCalibration Calibration) Pairs(LabeledFeatures features, Func<float[]> views, string split, long seed)
    {
        if (!FeatureInputs.AreFinite(features.Features))
            return (Background.Of([], false, split), PairCalibrator.Without(HeldOutPairs.KindOf(features.Labels), split, "The features are not finite numbers."));
        var trainedOn = split == "train";
        var pairs = new HeldOutPairs(features, trainedOn ? () => [] : views, seed);
        var all = pairs.All();
        var background = Background.Of(all.Negatives, pairs.Kind == PositivePairs.Labels, split);
        if (trainedOn)
            return (background, PairCalibrator.Without(pairs.Kind, split, "No picture was held out from training, and what was trained on says too much. Set evaluation.validationShare above 0, or add a split 'test'."));
        var (fitting, checking) = pairs.Halves();
        return (background, PairCalibrator.Of(pairs.Kind, split, fitting, checking, all));
    }
}
