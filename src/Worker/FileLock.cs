namespace ContrastiveService.Worker;

/// <summary>A lock between processes of one machine: an open file that the kernel closes when its process dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for a lock that is never held for long.</summary>
    public static FileStream Take(string path)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            Thread.Sleep(LookAgain);
        }
    }

    /// <summary>The lock, held until disposed; null while another process holds it.</summary>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException or FileNotFoundException))
        {
            return null;
        }
    }
}
