using System.Diagnostics;
using System.Globalization;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>A program of the service as it is deployed, in a process of its own, so that its memory is its own.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process process;

    private ServiceProcess(Process process) => this.process = process;

    /// <summary>Of the process.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended, and how.</summary>
    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    /// <summary>Bytes of memory that are resident now.</summary>
    public long Resident => Memory(Id, "VmRSS");

    /// <summary>Bytes of the largest memory that was ever resident.</summary>
    public long PeakResident => Memory(Id, "VmHWM");

    /// <summary>Seconds of processor time that it took so far.</summary>
    public double Processor => process.TotalProcessorTime.TotalSeconds;

    /// <param name="program">The assembly's name after <c>ContrastiveService.</c></param>
    /// <param name="settings">Its environment besides ours.</param>
    /// <param name="arguments">What it is told.</param>
    public static ServiceProcess Start(string program, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"ContrastiveService.{program}.dll"), .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["Serilog__MinimumLevel__Default"] = "Warning";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        return new(process);
    }

    /// <summary>A field of a process's status that counts memory, in bytes; 0 when the process is gone.</summary>
    public static long Memory(int id, string field)
    {
        try
        {
            var line = File.ReadLines(Invariant($"/proc/{id}/status")).FirstOrDefault(text => text.StartsWith(field, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>A process that this one has started and that still runs, or null.</summary>
    public int? Child()
    {
        var children = Invariant($"/proc/{Id}/task/{Id}/children");
        var all = Directory.GetDirectories(Invariant($"/proc/{Id}/task")).Select(task => Path.Combine(task, "children")).Append(children).Where(File.Exists);
        var ids = all.SelectMany(file => File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray();
        return ids.Length == 0 ? null : ids.Max();
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
