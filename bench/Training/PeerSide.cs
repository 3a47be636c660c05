using System.Diagnostics;
using System.Text.Json;
using static System.FormattableString;

namespace ContrastiveService.Bench.Training;

/// <summary>The same step in PyTorch, by bench/peers/simclr_pytorch.py.</summary>
internal static class PeerSide
{
    private const string Python = "/usr/bin/python3", Script = "bench/peers/simclr_pytorch.py";

    internal sealed record Result(double[] Step, double[] StepAndViews, double[] Views, double[] Embed, int Embedded, string Torch, string[] Blas)
    {
        public double EmbeddedPerSecond => 1000 * Embedded / Report.Median(Embed);
    }

    /// <summary>Whether there is a PyTorch to compare with.</summary>
    public static bool Exists => Start([], ["-c", "import torch, torchvision"]) is { ExitCode: 0 };

    /// <summary>With OpenMP's threads bound to processors, or as the shell starts it.</summary>
    public static Result Run(string backbone, int batch, int steps, bool pinned)
    {
        Dictionary<string, string?> environment = pinned ? new() { ["OMP_PROC_BIND"] = "true", ["OMP_PLACES"] = "cores" } : [];
        var (code, output) = Start(environment, [Script, backbone, Invariant($"{batch}"), Invariant($"{steps}")]);
        return code == 0 ? JsonSerializer.Deserialize<Result>(output.TrimEnd().Split('\n')[^1], JsonSerializerOptions.Web)! : throw new InvalidOperationException($"{Script} ended with exit code {code}.");
    }

    private static (int ExitCode, string Output) Start(Dictionary<string, string?> environment, IEnumerable<string> arguments)
    {
        if (!File.Exists(Python))
            return (127, "");
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
