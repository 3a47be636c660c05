using System.Diagnostics;
using System.Globalization;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Bench.Methods;

/// <summary>How fast each method trains, one after the other with the machine to itself: the runs of the table may have shared it.</summary>
internal static class MethodSpeed
{
    public const string Mode = "method-speed";

    private const int WarmUp = 5, Steps = 25;

    internal sealed record Speed(double ImagesPerSecond);

    /// <summary>Measures what has not been measured.</summary>
    public static void Measure(IReadOnlyList<MethodRecipe> recipes)
    {
        foreach (var recipe in recipes)
        {
            var files = new MethodFiles(recipe, MethodFiles.AnySeed);
            if (files.ImagesPerSecond is not null)
                continue;
            files.ImagesPerSecond = Child.Run<Speed>(TrainersEnvironment.With(), Mode, recipe.Name).ImagesPerSecond;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{recipe.Name}: {files.ImagesPerSecond:0} images/s"));
        }
    }

    public static int Run(string name)
    {
        Compute.UseThreads(Compute.AvailableThreads, pin: true);
        var recipe = MethodRecipe.All().Single(r => r.Name == name);
        var plan = recipe.Plan(MethodFiles.AnySeed);
        plan = plan with { Evaluation = plan.Evaluation with { MetricsEverySteps = 1 } };
        using var images = recipe.Data.Open();
        using var clock = new StepClock();
        var scratch = Directory.CreateTempSubdirectory();
        try
        {
            new Trainer(plan, images, Compute.Choose("auto"), scratch.FullName, clock).Run(null, clock.Enough);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }

        return Child.Answer(new Speed(plan.BatchSize / clock.MedianSeconds));
    }

    /// <summary>Takes the time at every step, and ends the run after enough of them.</summary>
    private sealed class StepClock : ITrainingObserver, IDisposable
    {
        private readonly CancellationTokenSource enough = new();
        private readonly List<double> seconds = [];
        private long last = Stopwatch.GetTimestamp();

        public CancellationToken Enough => enough.Token;

        public double MedianSeconds => Report.Median(seconds.Skip(WarmUp));

        public void Metrics(IReadOnlyList<Metric> points)
        {
            if (points.All(p => p.Name != "loss"))
                return;
            seconds.Add(Stopwatch.GetElapsedTime(last).TotalSeconds);
            last = Stopwatch.GetTimestamp();
            if (seconds.Count == WarmUp + Steps)
                enough.Cancel();
        }

        public void Progress(TrainingProgress progress)
        {
        }

        public void Dispose() => enough.Dispose();

        public void Checkpoint(CheckpointFile file) => File.Delete(file.Path);

        public void Warning(string code, string message)
        {
        }
    }
}
