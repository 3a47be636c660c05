using System.Globalization;
using ContrastiveService.Bench.Methods;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Native;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Training;

/// <summary>A method's trainer in a process of its own, which looks at its memory every few hundred steps.</summary>
internal static class MemorySide
{
    public const string Mode = "memory-side";

    public const int Steps = 5000, WarmUp = 1000, Every = 250;

    private const int Batch = 16;

    /// <param name="Resident">Resident memory in bytes after a collection, at <see cref="WarmUp"/> and every <see cref="Every"/> steps after it.</param>
    /// <param name="Tensors">Live tensors at the same steps.</param>
    internal sealed record Result(long[] Resident, long[] Tensors)
    {
        /// <summary>Of the last fifth of the samples over the first.</summary>
        public double Growth => (Resident[^(Resident.Length / 5)..].Average() / Resident[..(Resident.Length / 5)].Average()) - 1;
    }

    public static int Run(string name)
    {
        Compute.UseThreads(1, pin: false);
        var recipe = MethodRecipe.All().Single(r => r.Name == name);
        var plan = recipe.Plan(seed: 1);
        plan = plan with
        {
            BatchSize = Batch,
            Evaluation = plan.Evaluation with { EveryEpochs = 0, MetricsEverySteps = Every },
            Domains = plan.Domains is null ? null : plan.Domains with { Baselines = false },
            Checkpoints = plan.Checkpoints with { EveryEpochs = 1000 },
        };
        using var images = recipe.Data.Open();
        using var seen = new Sampler();
        var scratch = Directory.CreateTempSubdirectory();
        try
        {
            new Trainer(plan, images, Compute.Choose("auto"), scratch.FullName, seen).Run(null, seen.Enough.Token);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }

        return Child.Answer(new Result([.. seen.Resident], [.. seen.Tensors]));
    }

    private sealed class Sampler : ITrainingObserver, IDisposable
    {
        public CancellationTokenSource Enough { get; } = new();

        public List<long> Resident { get; } = [];

        public List<long> Tensors { get; } = [];

        public void Metrics(IReadOnlyList<Metric> points)
        {
            if (points.FirstOrDefault(p => p.Name == "loss") is not { Step: >= WarmUp and var step })
                return;
            // What the collector has not got round to is no growth.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var line = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            Resident.Add(long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10);
            Tensors.Add(Tensor.TotalCount);
            if (step >= Steps)
                Enough.Cancel();
        }

        public void Progress(TrainingProgress progress)
        {
        }

        public void Checkpoint(CheckpointFile file) => File.Delete(file.Path);

        public void Warning(string code, string message)
        {
        }

        public void Dispose() => Enough.Dispose();
    }
}
