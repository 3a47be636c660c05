using System.Text.RegularExpressions;

namespace ContrastiveService.Worker.Supervision;

/// <summary>Remembers the end of a trainer's stderr and says it in a few lines, without the stack frames.</summary>
internal sealed partial class LastWords
{
    private const int Kept = 200, Told = 8, LongestLine = 500;
    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line.Length > LongestLine ? line[..LongestLine] + "…" : line);
            if (_lines.Count > Kept)
                _lines.Dequeue();
        }
    }

    /// <summary>The last lines that are not part of a backtrace; empty when the trainer said nothing.</summary>
    public override string ToString()
    {
        lock (_gate)
            return string.Join('\n', _lines.Where(line => !string.IsNullOrWhiteSpace(line) && !Frame().IsMatch(line)).TakeLast(Told)).Trim();
    }

    // libtorch: "Exception raised from f at file.cpp:1 (most recent call first):", "frame #3: …"; .NET: "   at Type.Method()", "   --- End of …".
    [GeneratedRegex(@"^\s*(Exception raised from |frame #\d+|at [\w.<>`\[\]]+|--- End of )")]
    private static partial Regex Frame();
}
