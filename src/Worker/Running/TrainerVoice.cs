using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Logging;

namespace ContrastiveService.Worker.Running;

/// <summary>The trainer's stdout: one message a line, for the supervisor. Safe from any thread.</summary>
internal sealed class TrainerVoice(Stream output) : IDisposable
{
    private readonly StreamWriter _writer = new(output) { AutoFlush = true };
    private readonly Lock _gate = new();

    public void Alive(string doing) => Say(new TrainerMessage.Alive(doing));
    public void Log(LogLevel level, string text) => Say(new TrainerMessage.Log(level, text));
    public void Error(string text) => Say(new TrainerMessage.Error(text));
    public void Dispose() => _writer.Dispose();

    private void Say(TrainerMessage message)
    {
        lock (_gate)
            _writer.WriteLine(message.ToLine());
    }
}
