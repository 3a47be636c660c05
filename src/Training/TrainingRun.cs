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
    private const string LossSum = "run.loss_sum", OfBackbone = "backbone.", OfMethod = "method.";
    private const string CheckpointFormat = "contrastive-service-checkpoint/2";

    private readonly TrainingPlan plan;
    private readonly ImageStore images;
    private readonly EndlessBatches? target;
    private readonly RowFeed feed;
    private readonly RowFeed? targetFeed;
    private readonly PretrainedWeights? pretrained;
    private readonly Tensor lossSum; // () float64: the sum of this epoch's losses, kept on the device so that no step waits for it

    public TrainingRun(TrainingPlan plan, ImageStore images, Device device, PhasesBefore before, PretrainedWeights? pretrained)
    {
        this.pretrained = pretrained;
        Before = before;
        this.plan = plan;
        this.images = images;
        Device = device;
        Splits = Splits.Of(images, plan.Seed, plan.Evaluation.ValidationShare, plan.Domains);
        Items = Of(images, Splits.Train);
        var groups = Groups(images, Splits.Train);
        var data = new DataTraits(images.Classes.Count >= 2 && Items.Labels.All(l => l >= 0), plan.Domains is not null, groups is not null);
        Needs = plan.Method.Needs(data);
        Sampler = Sampler.For(Needs, Items.Labels, plan.BatchSize, plan.Seed, groups);
        if (Needs.Target is not null)
        {
            TargetItems = Of(images, Splits.Target!.Train);
            target = new EndlessBatches(new ShuffleSampler(TargetItems.Stored.Length, plan.BatchSize, plan.Seed, "shuffle of the target"));
        }

        feed = new RowFeed(images, device, plan.BatchSize);
        targetFeed = target is null ? null : new RowFeed(images, device, plan.BatchSize);
        TotalSteps = (long)plan.Epochs * Sampler.StepsPerEpoch;
        Preprocessing = PixelStatistics.Measure(images, TargetItems is null ? Splits.Train : [.. Splits.Train, .. TargetItems.Stored], plan.Seed);
        Batches = new BatchMaker(plan, Preprocessing, device);
        Watch = new CollapseWatch();

        Encoder = NewEncoder();
        Encoder.CacheGradients(plan.Optimizer.ChunkSize);
        manual_seed(new SeededRandom(plan.Seed, "heads").NextSeed());
        Method = MethodCatalog.Of(plan.Method).Create(plan.Method, new MethodContext(Encoder, NewEncoder, Items.Stored.Length, images.Classes.Count, data)
        {
            TargetItems = TargetItems?.Stored.Length ?? 0,
            Preprocessing = Preprocessing,
            BatchSize = plan.BatchSize / plan.Optimizer.Accumulate,
            StepsPerEpoch = Sampler.StepsPerEpoch,
            TotalSteps = TotalSteps,
        });
        // .to() replaces parameters, so the optimiser comes after it.
        Encoder.to(device);
        Method.to(device);
        Optimizer = Optimizer.Create(
            plan.Optimizer,
            Encoder.named_parameters().Select(p => (OfBackbone + p.name, p.parameter)).Concat(Method.Trainable().Select(p => (OfMethod + p.Name, p.Parameter))),
            rule: Rule);
        lossSum = zeros([], float64, device).DetachFromDisposeScope();
    }

    public Device Device { get; }

    /// <summary>The job's phases before this one.</summary>
    public PhasesBefore Before { get; private set; }

    public Splits Splits { get; }

    /// <summary>What is trained on, of the source domain where there are two.</summary>
    public BatchItems Items { get; }

    /// <summary>What is trained on of the target domain, where the method asks for it.</summary>
    public BatchItems? TargetItems { get; }

    public BatchNeeds Needs { get; }

    public Sampler Sampler { get; }

    public long TotalSteps { get; }

    public Preprocessing Preprocessing { get; private set; }

    public BatchMaker Batches { get; private set; }

    public Backbone Encoder { get; }

    public Method Method { get; }

    public Optimizer Optimizer { get; }

    public CollapseWatch Watch { get; private set; }

    public int Epoch { get; private set; }

    public int StepInEpoch { get; private set; }

    public long Step { get; private set; }

    public double? KnnTop1 { get; set; }

    public double? LastLoss { get; set; }

    /// <summary>How long steps have waited for pictures.</summary>
    public TimeSpan Waited => feed.Waited + (targetFeed?.Waited ?? TimeSpan.Zero);

    /// <summary>The micro-batches of the next step, to be used one by one; the pictures of the step after it are fetched meanwhile.</summary>
    /// <param name="epoch">The epoch's batches: positions among the training items.</param>
    public IEnumerable<Batch> Micro(IReadOnlyList<long[]> epoch)
    {
        var now = Drawn(Items, feed, epoch[StepInEpoch], StepInEpoch + 1 < epoch.Count ? epoch[StepInEpoch + 1] : null);
        var beside = target is null ? null : Drawn(TargetItems!, targetFeed!, target.At(Step), StepInEpoch + 1 < epoch.Count ? target.At(Step + 1) : null);
        return Batches.Make(Needs, now, beside, Step, plan.Optimizer.Accumulate);
    }

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
        var position = new TrainingPosition(Epoch, StepInEpoch, Step, KnnTop1, LastLoss, Watch.ChecksInARow, Preprocessing, Before);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = CheckpointFormat,
            ["plan"] = plan.ToJson(),
            ["position"] = JsonSerializer.Serialize(position, PlanJson.Options),
        };
        SafeTensors.Write(stream, Tensors(), metadata);
    }

    /// <summary>Where a checkpoint stands. The stream is left where it was.</summary>
    /// <exception cref="WeightsException">It is not one that this version can resume.</exception>
    public static TrainingPosition Position(Stream stream)
    {
        var start = stream.Position;
        var metadata = SafeTensors.ReadHeader(stream).Metadata;
        stream.Position = start;
        if (metadata.GetValueOrDefault("format") != CheckpointFormat)
            throw new WeightsException($"This is not a checkpoint that this version can resume (format '{metadata.GetValueOrDefault("format")}', needed '{CheckpointFormat}').");
        return JsonSerializer.Deserialize<TrainingPosition>(metadata["position"], PlanJson.Options)!;
    }

    /// <summary>Brings back what <see cref="Save"/> wrote.</summary>
    /// <exception cref="WeightsException">The checkpoint is damaged or belongs to another plan.</exception>
    public void Restore(Stream stream)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var position = Position(stream);
        var header = SafeTensors.ReadHeader(stream);
        ModuleState.Load(Encoder, stream, header, OfBackbone);
        ModuleState.Load(Method, stream, header, OfMethod);
        Optimizer.LoadState(name => header.Find($"optimizer.{name}") is null ? null : SafeTensors.Read(stream, header, $"optimizer.{name}"));
        lossSum.copy_(SafeTensors.Read(stream, header, LossSum));
        (Epoch, StepInEpoch, Step, KnnTop1, LastLoss, Preprocessing, Before) =
            (position.Epoch, position.StepInEpoch, position.Step, position.KnnTop1, position.LastLoss, position.Preprocessing, position.Before);
        Batches = new BatchMaker(plan, Preprocessing, Device);
        Watch = new CollapseWatch(position.CollapseChecks);
    }

    public void Dispose()
    {
        feed.Dispose();
        targetFeed?.Dispose();
        Optimizer.Dispose();
        Method.Dispose();
        Encoder.Dispose();
        lossSum.Dispose();
    }

    private static BatchItems Of(ImageStore images, long[] stored) => new(stored, Array.ConvertAll(stored, i => images.Labels[(int)i]));

    /// <summary>Numbers of the groups that items belong to; null where one belongs to none.</summary>
    private static long[]? Groups(ImageStore images, long[] stored)
    {
        var names = Array.ConvertAll(stored, i => images.Records[(int)i].Group);
        if (names.Any(name => name is null))
            return null;
        var numbers = names.Distinct().Select((name, i) => (name, i)).ToDictionary(p => p.name!, p => (long)p.i);
        return Array.ConvertAll(names, name => numbers[name!]);
    }

    private static DrawnItems Drawn(BatchItems items, RowFeed feed, long[] positions, long[]? next)
    {
        var pixels = feed.Take(items.StoredAt(positions));
        if (next is not null)
            feed.Ahead(items.StoredAt(next));
        return new(items, positions, pixels);
    }

    private ParameterRule Rule(string name) =>
        name.StartsWith(OfMethod, StringComparison.Ordinal) ? Method.Rule(name[OfMethod.Length..]) : new ParameterRule(plan.Optimizer.BackboneFactor);

    private Backbone NewEncoder()
    {
        var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        pretrained?.Load(encoder);
        encoder.Arithmetic = Before.Precision == Precision.Bfloat16 ? bfloat16 : null;
        return encoder;
    }

    private IEnumerable<(string Name, Tensor Tensor)> Tensors() =>
    [
        .. ModuleState.Of(Encoder, OfBackbone),
        .. ModuleState.Of(Method, OfMethod),
        .. Optimizer.State().Select(s => ($"optimizer.{s.Name}", s.Tensor)),
        (LossSum, lossSum),
    ];
}
