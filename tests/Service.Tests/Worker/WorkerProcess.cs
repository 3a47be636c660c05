using System.Diagnostics;
using System.Globalization;

namespace ContrastiveService.Service.Tests.Worker;

/// <summary>A real worker process, and the trainers below it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];

    private WorkerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    public static WorkerProcess Start(string connectionString, string cachePath, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ContrastiveService.Worker.dll"));
        start.Environment["ConnectionStrings__Default"] = connectionString;
        start.Environment["Worker__CachePath"] = cachePath;
        start.Environment["Worker__Queues"] = "cpu";
        start.Environment["Worker__Threads"] = "1";
        start.Environment["Worker__LeaseSeconds"] = "3";
        foreach (var (name, value) in settings)
            start.Environment["Worker__" + name] = value;
        return new WorkerProcess(Process.Start(start)!);
    }

    public void Signal(string signal) => Signal(_process.Id, signal);

    public static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Process ids of the trainers that run a job, whoever started them.</summary>
    public static int[] TrainersOf(Guid jobId) =>
        [.. Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _) && IsTrainerOf(folder, jobId))
            .Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        TestContext.Current.TestOutputHelper?.WriteLine(Output);
        _process.Dispose();
    }

    private static bool IsTrainerOf(string folder, Guid jobId)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Contains($"\0train\0--job\0{jobId}\0", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended between the listing and the reading.
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (_output)
            _output.Add(line.Data);
    }
}
