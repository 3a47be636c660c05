using System.Diagnostics;
using System.Globalization;

namespace ContrastiveService.Tests;

/// <summary>
/// A killed test run leaves its server running; the next run finds it by its directory's name, which says which process made it, and removes both.
/// </summary>
static class Leftovers
{
    const string Prefix = "contrastive-tests-";

    public static string DirectoryOfThisRun { get; } =
        Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}"));

    public static void Remove()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var run = int.Parse(Path.GetFileName(directory)[Prefix.Length..], CultureInfo.InvariantCulture);
            if (run != Environment.ProcessId && Directory.Exists($"/proc/{run}"))
                continue;
            KillServer(directory);
            Directory.Delete(directory, recursive: true);
        }
    }

    static void KillServer(string directory)
    {
        var pidFile = Path.Combine(directory, "cluster", "postmaster.pid");
        if (!File.Exists(pidFile) || !int.TryParse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture, out var pid))
            return;
        // The number may belong to something else by now.
        if (!File.Exists($"/proc/{pid}/cmdline") || !File.ReadAllText($"/proc/{pid}/cmdline").Contains(directory, StringComparison.Ordinal))
            return;
        using var server = Process.GetProcessById(pid);
        server.Kill();
        server.WaitForExit();
    }
}
