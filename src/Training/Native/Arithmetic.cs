using System.Diagnostics;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Native;

/// <summary>What this process's device computes fastest in, found out by trying: what a processor says of itself does not tell how good its kernels are.</summary>
internal static class Arithmetic
{
    /// <summary>How much faster bfloat16 must be to be worth its rounding.</summary>
    private const double Worthwhile = 1.2;

    private const int WarmUps = 1, Trials = 3;

    private static readonly Dictionary<DeviceType, double> Measured = [];

    /// <summary>Float32 or bfloat16, whichever a plan asks for, or, for <see cref="Precision.Auto"/>, the faster on the device; measured once.</summary>
    public static Precision Choose(Precision asked, Device device)
    {
        if (asked != Precision.Auto)
            return asked;
        return Speedup(device) >= Worthwhile ? Precision.Bfloat16 : Precision.Float32;
    }

    /// <summary>How many times as fast the device is in bfloat16 at a convolution, forward and backward.</summary>
    public static double Speedup(Device device)
    {
        lock (Measured)
        {
            if (!Measured.TryGetValue(device.type, out var speedup))
                Measured[device.type] = speedup = Seconds(float32, device) / Seconds(bfloat16, device);
            return speedup;
        }
    }

    /// <summary>As networks with bfloat16 arithmetic work: float32 parameters, cast for the operation. The quickest trial counts.</summary>
    private static double Seconds(ScalarType type, Device device)
    {
        var best = double.MaxValue;
        for (var trial = -WarmUps; trial < Trials; trial++)
        {
            using var scope = NewDisposeScope();
            using var weight = ones([64, 64, 3, 3], float32, device, requires_grad: true);
            var maps = ones([8, 16, 16, 64], float32, device).permute(0, 3, 1, 2).requires_grad_(true); // (8, 64, 16, 16), channels last
            Synchronize(device);
            var start = Stopwatch.GetTimestamp();
            nn.functional.conv2d(maps.to(type), weight.to(type), padding: [1, 1]).sum().backward();
            Synchronize(device);
            if (trial >= 0)
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static void Synchronize(Device device)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }
}
