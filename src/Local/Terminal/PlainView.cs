using System.Diagnostics;
using ContrastiveService.Local.Rest;

namespace ContrastiveService.Local.Terminal;

/// <summary>Plain lines, for a log or a pipe.</summary>
internal sealed class PlainView(TextWriter output) : IRunView
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public void Say(string text) => output.WriteLine(text);

    public void Point(string name, string place) => output.WriteLine($"{name,-18} {place}");

    public Task TrainAsync(Func<Action<JobProgress>, Task> follow)
    {
        var (epoch, told) = (-1, 0L);
        return follow(progress =>
        {
            if (progress.Epoch == epoch && Stopwatch.GetElapsedTime(told) < Pause)
                return;
            (epoch, told) = (progress.Epoch, Stopwatch.GetTimestamp());
            output.WriteLine(ProgressText.Of(progress));
        });
    }
}
