using ContrastiveService.Bench.Methods;
using ContrastiveService.Training.Native;
using static System.FormattableString;

namespace ContrastiveService.Bench.Training;

/// <summary>Whether this machine's GPU computes what the processor computes: every method's first steps, an interrupted run, bfloat16, and features.</summary>
internal static class GpuBenchmark
{
    /// <summary>What rounding may do to a loss in a few steps: convolutions on a GPU round their inputs to 10 bits (TF32), and steps carry that on.</summary>
    private const double Float32Tolerance = 0.02, Bits16Tolerance = 0.1, LeastCosine = 0.999;

    public static int Run(string[] names)
    {
        if (!Compute.HasGpu)
        {
            Console.Error.WriteLine("There is no GPU here that this build of libtorch can use. Build with -p:TorchBackend=cuda, on a machine with an NVIDIA driver.");
            return 1;
        }

        var wrong = 0;
        var report = new Report("gpu", "method", "first loss", "GPU / CPU, over 6 steps", "resumed", "bfloat16", "least cosine of features", "");
        foreach (var recipe in MethodRecipe.All().Where(r => names.Length == 0 || names.Contains(r.Name)))
        {
            Console.Error.WriteLine(recipe.Name);
            GpuSide.Result result;
            try
            {
                result = Child.Run<GpuSide.Result>(TrainersEnvironment.With(), GpuSide.Mode, recipe.Name);
            }
            catch (InvalidOperationException e)
            {
                wrong++;
                report.Add(new { recipe.Name, error = e.Message }, recipe.Name, "", "", "", "", "", e.Message);
                continue;
            }

            double[] differences = [Largest(result.Cpu, result.Gpu), Largest(result.Gpu, result.Resumed), Largest(result.Cpu, result.Bits16)];
            var good = differences[0] <= Float32Tolerance && differences[1] <= Float32Tolerance && differences[2] <= Bits16Tolerance && result.Cosine >= LeastCosine;
            wrong += good ? 0 : 1;
            report.Add(
                new { recipe.Name, result, differences, good },
                [recipe.Name, Invariant($"{result.Cpu[0]:0.0000}"), .. differences.Select(d => Invariant($"{d:0.0e+0}")), Invariant($"{result.Cosine:0.00000}"), good ? "as it should" : "DIFFERS"]);
        }

        report.Publish();
        return wrong == 0 ? 0 : 1;
    }

    /// <summary>The largest relative difference of two series; infinite where one is shorter.</summary>
    private static double Largest(double[] one, double[] other) =>
        one.Length == other.Length ? one.Zip(other, (a, b) => Math.Abs(a - b) / Math.Max(Math.Abs(a), 0.1)).Max() : double.PositiveInfinity;
}
