namespace ContrastiveService.Storage.Postgres;

/// <summary>How a program ended, and what it said.</summary>
sealed record CommandResult(string Command, int ExitCode, string Output)
{
    public void ThrowIfFailed()
    {
        if (ExitCode != 0)
            throw new InvalidOperationException($"'{Command}' ended with exit code {ExitCode}: {Output.Trim()}");
    }
}
