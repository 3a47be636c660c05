using System.Diagnostics;

namespace ContrastiveService.Local.Services;

/// <summary>One of our own programs, running beside this one with its output in a log file. It is told to end when we do, however that comes about.</summary>
internal sealed class ChildProgram : IDisposable
{
    private const int LastLines = 15;

    // The end of stdin is the sign to stop: the kernel closes the pipe even when this process is killed, so nothing is left behind.
    // Ctrl-C reaches every process of the terminal at once; the children ignore it and are stopped in order. The keeper outlives
    // a SIGTERM to the whole group, because PostgreSQL may stop only when the child is really gone.
    private const string Keeper =
        """
        trap '' INT
        trap : TERM HUP
        log=$1; shift
        exec 3<&0
        "$@" >"$log" 2>&1 </dev/null 3<&- &
        child=$!
        (cat <&3 >/dev/null; kill -TERM "$child") 2>/dev/null &
        watcher=$!
        wait "$child"
        code=$?
        while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
        kill "$watcher" 2>/dev/null
        exit "$code"
        """;

    private readonly Process _process;
    private readonly string _log;

    private ChildProgram(string name, Process process, string log)
    {
        (Name, _process, _log) = (name, process, log);
        Exited = process.WaitForExitAsync();
    }

    public string Name { get; }

    public Task Exited { get; }

    /// <param name="name">The project's name, such as <c>Api</c>.</param>
    /// <param name="log">The file for its output, written anew.</param>
    /// <param name="environment">Its configuration.</param>
    /// <exception cref="LocalException">It was not built.</exception>
    public static ChildProgram Start(string name, string log, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        foreach (var argument in new[] { "-c", Keeper, "sh", log, "dotnet", PathOf(name) })
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        return new ChildProgram(name, Process.Start(start)!, log);
    }

    /// <summary>Asks it to end, and ends it if it has not within the time given.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        _process.StandardInput.Close();
        if (await Task.WhenAny(Exited, Task.Delay(patience)) != Exited)
            _process.Kill(entireProcessTree: true);
        await Exited;
    }

    /// <summary>What to say when it ended by itself.</summary>
    public LocalException Ended() =>
        new($"{Name} ended unexpectedly with exit code {_process.ExitCode}. The last lines of {_log}:\n{string.Join('\n', File.ReadLines(_log).TakeLast(LastLines))}");

    public void Dispose() => _process.Dispose();

    // The build puts every project's output in the same place under its own folder.
    private static string PathOf(string project)
    {
        var folder = AppContext.BaseDirectory.Replace("/src/Local/", $"/src/{project}/", StringComparison.Ordinal);
        var path = Path.Combine(folder, $"ContrastiveService.{project}.dll");
        return File.Exists(path) ? path : throw new LocalException($"{project} is not built ({path} is missing). Start with ./run.sh, or build the solution first.");
    }
}
