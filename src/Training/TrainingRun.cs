using System.Text.Json;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training;

/// <summary>Everything a run is made of, and all that a checkpoint must bring back.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const string LossSum = "run.loss_sum";
    private const string CheckpointFormat = "contrastive-service-checkpoint/1";

    private readonly TrainingPlan plan;
    private readonly Tensor lossSum; // () float64: the sum of this epoch's losses, kept on the device so that no step waits for it

    public TrainingRun(TrainingPlan plan, ImageStore images, Device device)
    {
        this.plan = plan;
        Device = device;
        Splits = Splits.Of(images, plan.Seed, plan.Evaluation.ValidationShare);
        Labels = [.. Splits.Train.Select(i => images.Labels[(int)i])];
        var labeled = images.Classes.Count >= 2 && Labels.All(l => l >= 0);
        Needs = plan.Method.Needs(labeled);
        Sampler = Sampler.For(Needs, Labels, plan.BatchSize, plan.Seed);
        TotalSteps = (long)plan.Epochs * Sampler.StepsPerEpoch;
        Preprocessing = PixelStatistics.Measure(images, Splits.Train, plan.Seed);
        Views = new ViewMaker(plan.Views, Preprocessing);
        Watch = new CollapseWatch();

        Encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        manual_seed(new SeededRandom(plan.Seed, "heads").NextSeed());
        Method = MethodCatalog.Of(plan.Method).Create(plan.Method, new MethodContext(Encoder, Splits.Train.Length, images.Classes.Count, labeled, TotalSteps));
        // .to() replaces parameters, so the optimiser comes after it.
        Encoder.to(device);
        Method.to(device);
        Optimizer = Optimizer.Create(plan.Optimizer, Encoder.named_parameters().Select(p => ($"backbone.{p.name}", p.parameter)).Concat(Method.Trainable().Select(p => ($"method.{p.Name}", p.Parameter))));
        lossSum = zeros([], float64, device).DetachFromDisposeScope();
    }

    public Device Device { get; }

    public Splits Splits { get; }

    /// <summary>Class index of every training item, −1 without a label.</summary>
    public long[] Labels { get; }

    public BatchNeeds Needs { get; }

    public Sampler Sampler { get; }

    public long TotalSteps { get; }

    public Preprocessing Preprocessing { get; private set; }

    public ViewMaker Views { get; }

    public Backbone Encoder { get; }

    public Method Method { get; }

    public Optimizer Optimizer { get; }

    public CollapseWatch Watch { get; private set; }

    public int Epoch { get; private set; }

    public int StepInEpoch { get; private set; }

    public long Step { get; private set; }

    public double? KnnTop1 { get; set; }

    public double? LastLoss { get; set; }

    public double LearningRate => Optimizers.LearningRate.At(plan.Schedule, plan.Optimizer, Step, Sampler.StepsPerEpoch, TotalSteps);

    /// <summary>Counts a finished step. <paramref name="loss"/> is () on the device.</summary>
    public void Advance(Tensor loss)
    {
        using var value = loss.detach().to(float64);
        lossSum.add_(value);
        StepInEpoch++;
        Step++;
    }

    /// <summary>Counts a finished epoch.</summary>
    /// <returns>Its mean loss.</returns>
    public double EndEpoch()
    {
        var mean = lossSum.ToDouble() / StepInEpoch;
        lossSum.zero_();
        StepInEpoch = 0;
        Epoch++;
        return mean;
    }

    /// <summary>Writes everything an exact resume needs; the encoder under torchvision's names after <c>backbone.</c>.</summary>
    public void Save(Stream stream)
    {
        using var scope = NewDisposeScope();
        var position = new TrainingPosition(Epoch, StepInEpoch, Step, KnnTop1, LastLoss, Watch.ChecksInARow, Preprocessing);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = CheckpointFormat,
            ["plan"] = plan.ToJson(),
            ["position"] = JsonSerializer.Serialize(position, PlanJson.Options),
        };
        SafeTensors.Write(stream, Tensors(), metadata);
    }

    /// <summary>Brings back what <see cref="Save"/> wrote.</summary>
    /// <exception cref="WeightsException">The checkpoint is damaged or belongs to another plan.</exception>
    public void Restore(Stream stream)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var header = SafeTensors.ReadHeader(stream);
        if (header.Metadata.GetValueOrDefault("format") != CheckpointFormat)
            throw new WeightsException($"This is not a checkpoint that this version can resume (format '{header.Metadata.GetValueOrDefault("format")}', needed '{CheckpointFormat}').");
        ModuleState.Load(Encoder, stream, header, "backbone.");
        ModuleState.Load(Method, stream, header, "method.");
        Optimizer.LoadState(name => header.Find($"optimizer.{name}") is null ? null : SafeTensors.Read(stream, header, $"optimizer.{name}"));
        lossSum.copy_(SafeTensors.Read(stream, header, LossSum));
        var position = JsonSerializer.Deserialize<TrainingPosition>(header.Metadata["position"], PlanJson.Options)!;
        (Epoch, StepInEpoch, Step, KnnTop1, LastLoss, Preprocessing) = (position.Epoch, position.StepInEpoch, position.Step, position.KnnTop1, position.LastLoss, position.Preprocessing);
        Watch = new CollapseWatch(position.CollapseChecks);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Method.Dispose();
        Encoder.Dispose();
        lossSum.Dispose();
    }

    private IEnumerable<(string Name, Tensor Tensor)> Tensors() =>
    [
        .. ModuleState.Of(Encoder, "backbone."),
        .. ModuleState.Of(Method, "method."),
        .. Optimizer.State().Select(s => ($"optimizer.{s.Name}", s.Tensor)),
        (LossSum, lossSum),
    ];
}
