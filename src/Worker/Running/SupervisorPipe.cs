using System.Diagnostics;

namespace ContrastiveService.Worker.Running;

/// <summary>
/// The trainer's end of the pipe from its supervisor, read on a thread of its own so that it is heard while the training thread is deep in native code.
/// The kernel closes the pipe however the supervisor dies, so its end is the one sign of that which cannot be missed.
/// </summary>
internal static class SupervisorPipe
{
    /// <summary>The line that asks for a checkpoint and an end.</summary>
    public const string Stop = "stop";

    public static void Listen(Stream input, Action stop) =>
        new Thread(() => Read(input, stop)) { IsBackground = true, Name = "supervisor pipe" }.Start();

    private static void Read(Stream input, Action stop)
    {
        using var reader = new StreamReader(input);
        while (reader.ReadLine() is { } line)
            if (line == Stop)
                stop();

        // Nobody renews the lease any more. Another worker may start this job in a moment: end without a last write, whatever the other threads are doing.
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
