using System.Diagnostics;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Bench;

/// <summary>The trainer's step and nothing around it: two views, SimCLR's loss, gradients, AdamW; timed one by one.</summary>
internal static class TrainerSide
{
    public const string Mode = "trainer-side";

    /// <summary>Whether the environment is only the trainer's, or its threads are pinned as well.</summary>
    public const string Unpinned = "unpinned", Pinned = "pinned";

    private const int WarmUp = 3, Size = 28, Pictures = 4096;

    internal sealed record Result(double[] Milliseconds, long PeakBytes);

    public static int Run(string backbone, int batch, bool pin, int steps)
    {
        Compute.UseThreads(Compute.AvailableThreads, pin);
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = backbone, Stem = StemKind.Small }, channels: 1, Size, seed: 1);
        var preprocessing = new Preprocessing(Size, 1, [0.3], [0.35]);
        using var method = new SimClr(new SimClr.Options { Temperature = 0.5 }, new MethodContext(encoder, () => throw new NotSupportedException("SimCLR has no teacher."), Pictures, Classes: 0, default)
        {
            Preprocessing = preprocessing,
            BatchSize = Pictures,
            StepsPerEpoch = WarmUp + steps,
            TotalSteps = WarmUp + steps,
        });
        using var optimizer = Optimizer.Create(
            new OptimizerPlan(), encoder.named_parameters().Select(p => ("encoder." + p.name, p.parameter)).Concat(method.Trainable().Select(p => ("method." + p.Name, p.Parameter))));
        var views = new ViewMaker(new ViewsPlan { Grey = 0, Blur = new BlurPlan { Probability = 0 } }, preprocessing);
        using var random = new Generator(1);
        using var pictures = randint(0, 256, [Pictures, 1, Size, Size], ScalarType.Byte, generator: random);

        // As the trainer does, which collects between steps only.
        GC.TryStartNoGCRegion(192L << 20);
        var milliseconds = new double[steps];
        for (var step = -WarmUp; step < steps; step++)
        {
            var clock = Stopwatch.GetTimestamp();
            using (NewDisposeScope())
            {
                var items = randint(0, Pictures, [batch], ScalarType.Int64, generator: random);
                var pixels = pictures.index_select(0, items); // (B, 1, 28, 28)
                method.Loss(new Batch([views.Make(pixels, random), views.Make(pixels, random)], null, items)).backward();
                optimizer.Step(0.001);
                optimizer.ZeroGrad();
            }

            if (step >= 0)
                milliseconds[step] = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        }

        using var self = Process.GetCurrentProcess();
        return Child.Answer(new Result(milliseconds, self.PeakWorkingSet64));
    }
}
