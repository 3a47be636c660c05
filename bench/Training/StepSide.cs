using System.Diagnostics;
using ContrastiveService.Training;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Backbones.Layers;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Training;

/// <summary>SimCLR's step without a trainer around it, and the encoder's forward pass, in a process of its own, on the device that a job would get.</summary>
internal static class StepSide
{
    public const string Mode = "step-side";

    /// <summary>Whether threads keep to a processor each.</summary>
    public const string Unpinned = "unpinned", Pinned = "pinned";

    public const int Size = 28;

    private const int WarmUp = 3, Pictures = 4096, Embedded = 512;

    private static readonly Device Here = Compute.Choose("auto");

    /// <param name="Step">Milliseconds of each step on ready views.</param>
    /// <param name="StepAndViews">The same with two views made of uint8 pictures.</param>
    /// <param name="Embed">Milliseconds of each pass over <see cref="Embedded"/> pictures of a store.</param>
    /// <param name="PeakBytes">Largest resident memory.</param>
    /// <param name="MatmulGflops">What this machine multiplies matrices of 1024² at.</param>
    /// <param name="StepGflop">Operations of a step's convolutions, 2 for a multiplication and addition, forward and backward.</param>
    internal sealed record Result(double[] Step, double[] StepAndViews, double[] Embed, long PeakBytes, double MatmulGflops, double StepGflop)
    {
        public double EmbeddedPerSecond => 1000 * Embedded / Report.Median(Embed);
    }

    public static int Run(string backbone, int batch, int steps, bool bits16, bool pin)
    {
        Compute.UseThreads(Compute.AvailableThreads, pin);
        GC.TryStartNoGCRegion(192L << 20); // as the trainer, which collects between steps only
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = backbone, Stem = StemKind.Small }, channels: 1, Size, seed: 1);
        encoder.Arithmetic = bits16 ? bfloat16 : null;
        var preprocessing = new Preprocessing(Size, 1, [0.3], [0.35]);
        using var method = new SimClr(new SimClr.Options { Temperature = 0.5 }, new MethodContext(encoder, () => throw new NotSupportedException("SimCLR has no teacher."), Pictures, Classes: 0, default)
        {
            Preprocessing = preprocessing,
            BatchSize = batch,
            StepsPerEpoch = steps,
            TotalSteps = steps,
        });
        encoder.to(Here);
        method.to(Here);
        using var optimizer = Optimizer.Create(
            new OptimizerPlan(), encoder.named_parameters().Select(p => ("encoder." + p.name, p.parameter)).Concat(method.Trainable().Select(p => ("method." + p.Name, p.Parameter))));
        var views = new ViewMaker(new ViewsPlan { Grey = 0, Blur = new BlurPlan { Probability = 0 } }, preprocessing);
        using var random = new Generator(1);
        using var pictures = randint(0, 256, [Pictures, 1, Size, Size], ScalarType.Byte, generator: random).to(Here);
        var flop = Operations(encoder, pictures, preprocessing) * 3 * 2 * batch / 1e9;

        var ready = Views();
        var bare = Times(steps, () => Step(ready.Views));
        var whole = Times(steps, () => Step(Views().Views));
        var embed = Embed(encoder, preprocessing, Math.Max(5, steps / 4));
        using var self = Process.GetCurrentProcess();
        return Child.Answer(new Result(bare, whole, embed, self.PeakWorkingSet64, Matmul(), flop));

        Batch Views()
        {
            var items = randint(0, Pictures, [batch], ScalarType.Int64, generator: random).to(Here);
            var pixels = pictures.index_select(0, items); // (B, 1, S, S)
            return new Batch([views.Make(pixels, random), views.Make(pixels, random)], null, items);
        }

        void Step(IReadOnlyList<Tensor> both)
        {
            method.Loss(new Batch(both, null, empty(0, device: Here))).backward();
            optimizer.Step(0.001);
            optimizer.ZeroGrad();
        }
    }

    private static double[] Times(int count, Action work)
    {
        var times = new double[count];
        for (var i = -WarmUp; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            work();
            if (Here.type == DeviceType.CUDA)
                cuda.synchronize();
            if (i >= 0)
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return times;
    }

    /// <summary>As the trainer's evaluation passes a decoded data set.</summary>
    private static double[] Embed(Backbone encoder, Preprocessing preprocessing, int count)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            using var images = NoisePictures.Store(Path.Combine(folder.FullName, "noise"), Embedded, Size);
            long[] all = [.. Enumerable.Range(0, Embedded).Select(i => (long)i)];
            return Times(count, () => FeatureExtractor.Encode(encoder, preprocessing, images, all, Here, CancellationToken.None));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Multiplications and additions of the convolutions for one picture, forward.</summary>
    private static double Operations(Backbone encoder, Tensor pictures, Preprocessing preprocessing)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var sum = 0.0;
        var hooks = encoder.modules().OfType<ConvolutionLayer>().Select(layer => layer.register_forward_hook((_, _, output) =>
        {
            sum += 2.0 * layer.Weight.numel() * output.size(2) * output.size(3);
            return output;
        })).ToArray();
        encoder.eval();
        encoder.forward(preprocessing.Normalize(pictures.narrow(0, 0, 1)));
        encoder.train();
        foreach (var hook in hooks)
            hook.remove();
        return sum;
    }

    private static double Matmul()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(1024, 1024, device: Here), rand(1024, 1024, device: Here));
        return 2 * Math.Pow(1024, 3) / 1e6 / Times(20, () => a.mm(b)).Min();
    }
}
