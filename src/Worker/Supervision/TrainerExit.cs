namespace ContrastiveService.Worker.Supervision;

/// <summary>Exit codes of the trainer process, and how an exit is told to the person who reads the job's error.</summary>
internal static class TrainerExit
{
    public const int Completed = 0, Stopped = 10, LeaseLost = 11, Failed = 20;

    /// <summary>Where a shell, and .NET, puts a process that a signal ended: 128 + the signal's number.</summary>
    private const int SignalBase = 128;

    public static string Describe(int exitCode, string lastWords)
    {
        var how = exitCode switch
        {
            SignalBase + 4 => "the trainer process executed an instruction this processor does not know (signal 4, SIGILL)",
            SignalBase + 6 => "the trainer process aborted in native code (signal 6, SIGABRT)",
            SignalBase + 7 => "the trainer process was ended by a bus error (signal 7, SIGBUS; is the disk of the cache full?)",
            SignalBase + 9 => "the trainer process was killed by signal 9 (out of memory?)",
            SignalBase + 11 => "the trainer process crashed in native code (signal 11, SIGSEGV)",
            > SignalBase and < SignalBase + 65 => $"the trainer process was ended by signal {exitCode - SignalBase}",
            _ => $"the trainer process ended with exit code {exitCode}",
        };
        return lastWords.Length == 0 ? how : $"{how}; its last words: {lastWords}";
    }
}
