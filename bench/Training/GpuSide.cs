using ContrastiveService.Bench.Methods;
using ContrastiveService.Training;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Training;

/// <summary>The first steps of one method on the processor and on the GPU, in a process of its own. All chance is drawn on the processor, so that both see the same.</summary>
internal static class GpuSide
{
    public const string Mode = "gpu-side";

    private const int Batch = 64, Steps = 6, Interrupted = 4, Pictures = 256;

    /// <param name="Cpu">Losses on the processor.</param>
    /// <param name="Gpu">The same on the GPU.</param>
    /// <param name="Resumed">On the GPU, stopped after <see cref="Interrupted"/> steps and gone on with.</param>
    /// <param name="Bits16">On the GPU in bfloat16.</param>
    /// <param name="Cosine">The least cosine between what the two devices make of a picture with the weights that the GPU trained.</param>
    internal sealed record Result(double[] Cpu, double[] Gpu, double[] Resumed, double[] Bits16, double Cosine);

    public static int Run(string name)
    {
        Compute.UseThreads(Compute.AvailableThreads, pin: false);
        var recipe = MethodRecipe.All().Single(r => r.Name == name);
        using var images = recipe.Data.Open();
        var plan = recipe.Plan(MethodFiles.AnySeed);
        plan = plan with
        {
            BatchSize = Batch,
            Precision = Precision.Float32,
            Evaluation = plan.Evaluation with { EveryEpochs = 0, MetricsEverySteps = 1 },
            Domains = plan.Domains is null ? null : plan.Domains with { Baselines = false },
        };
        using var folder = new Scratch();
        var cpu = Train(plan, CPU, null, Steps);
        var gpu = Train(plan, CUDA, null, Steps);
        var begun = Train(plan, CUDA, null, Interrupted);
        var resumed = Train(plan, CUDA, begun.Checkpoint, Steps);
        var bits16 = Train(plan with { Precision = Precision.Bfloat16 }, CUDA, null, Steps);
        return Child.Answer(new Result(cpu.Losses, gpu.Losses, [.. begun.Losses, .. resumed.Losses], bits16.Losses, Cosine()));

        (double[] Losses, string Checkpoint) Train(TrainingPlan what, Device device, string? from, int until)
        {
            using var seen = new StepRecorder(until);
            using var checkpoint = from is null ? null : File.OpenRead(from);
            new Trainer(what, images, device, folder.Path, seen).Run(checkpoint, seen.Enough);
            return ([.. seen.Losses], seen.LastCheckpoint!);
        }

        double Cosine()
        {
            using var truce = new CollectionTruce();
            using var scope = NewDisposeScope();
            using var grad = no_grad();
            using var file = File.OpenRead(gpu.Checkpoint);
            var header = SafeTensors.ReadHeader(file);
            var position = System.Text.Json.JsonSerializer.Deserialize<TrainingPosition>(header.Metadata["position"], PlanJson.Options)!;
            using var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
            ModuleState.Load(encoder, file, header, "backbone.");
            long[] some = [.. Enumerable.Range(0, Pictures).Select(i => (long)i)];
            var here = FeatureExtractor.Encode(encoder, position.Preprocessing, images, some, CPU, CancellationToken.None);
            encoder.to(CUDA);
            var there = FeatureExtractor.Encode(encoder, position.Preprocessing, images, some, CUDA, CancellationToken.None).cpu();
            return nn.functional.cosine_similarity(here, there, 1, 1e-8).min().ToDouble();
        }
    }

    private sealed class Scratch : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

        public string Path => folder.FullName;

        public void Dispose() => folder.Delete(recursive: true);
    }

    /// <summary>Keeps every loss and the last checkpoint, and ends the run after so many steps.</summary>
    private sealed class StepRecorder(int until) : ITrainingObserver, IDisposable
    {
        private readonly CancellationTokenSource enough = new();

        public CancellationToken Enough => enough.Token;

        public List<double> Losses { get; } = [];

        public string? LastCheckpoint { get; private set; }

        public void Metrics(IReadOnlyList<Metric> points)
        {
            foreach (var loss in points.Where(p => p.Name == "loss"))
            {
                Losses.Add(loss.Value);
                if (loss.Step == until)
                    enough.Cancel();
            }
        }

        public void Progress(TrainingProgress progress)
        {
        }

        public void Checkpoint(CheckpointFile file) => File.Move(file.Path, LastCheckpoint = $"{file.Path}-{Guid.NewGuid():n}");

        public void Warning(string code, string message)
        {
        }

        public void Dispose() => enough.Dispose();
    }
}
