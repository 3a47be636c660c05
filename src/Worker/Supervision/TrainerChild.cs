using System.Diagnostics;
using ContrastiveService.Worker.Running;

namespace ContrastiveService.Worker.Supervision;

/// <summary>One running trainer process: what it says, when it last said something, and the two ways to end it.</summary>
internal sealed class TrainerChild : IDisposable
{
    private readonly Process _process;
    private readonly TimeProvider _clock;
    private readonly Action<TrainerMessage.Log> _log;
    private readonly LastWords _lastWords = new();
    private long _lastSign;

    private TrainerChild(Process process, TimeProvider clock, Action<TrainerMessage.Log> log)
    {
        (_process, _clock, _log) = (process, clock, log);
        _lastSign = clock.GetTimestamp();
        Exited = WatchAsync();
    }

    /// <summary>Completes with the exit code once the process is gone and everything that it said was read.</summary>
    public Task<int> Exited { get; }

    public int Id => _process.Id;
    public string LastWords => _lastWords.ToString();
    public string? Error { get; private set; }
    public TimeSpan SilentFor => _clock.GetElapsedTime(Volatile.Read(ref _lastSign));

    public static TrainerChild Start(ProcessStartInfo command, TimeProvider clock, Action<TrainerMessage.Log> log) =>
        new(Process.Start(command) ?? throw new InvalidOperationException("The trainer process did not start."), clock, log);

    /// <summary>Asks for a checkpoint and an end. To be called once; a trainer that is already gone needs no asking.</summary>
    public async Task RequestStopAsync()
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(SupervisorPipe.Stop);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // Its exit code tells the rest.
        }
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private async Task<int> WatchAsync()
    {
        await Task.WhenAll(ReadMessagesAsync(), ReadLastWordsAsync());
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private async Task ReadMessagesAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Volatile.Write(ref _lastSign, _clock.GetTimestamp());
            switch (TrainerMessage.Parse(line))
            {
                case TrainerMessage.Log log: _log(log); break;
                case TrainerMessage.Error error: Error = error.Text; break;
            }
        }
    }

    private async Task ReadLastWordsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
            _lastWords.Add(line);
    }
}
