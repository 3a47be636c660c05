namespace ContrastiveService.Training.Native;

/// <summary>The C library's heap, which holds a processor's tensors.</summary>
public static class NativeHeap
{
    // What glibc's own adjusting may reach, in either. With more, what models that come and go leave wanders by some MB.
    private const int LargestKept = 32 << 20, MostKept = 2 * LargestKept;

    /// <summary>
    /// From now on keeps what is freed for what comes next, up to <see cref="Trim"/>. By itself glibc gives large blocks back at once, and a network's next batch faults them in again, page by page.
    /// Does nothing where the environment says something else (<c>MALLOC_MMAP_THRESHOLD_</c>, <c>MALLOC_TRIM_THRESHOLD_</c>), or the C library is not GNU's.
    /// </summary>
    public static void Keep()
    {
        string[] said = ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"];
        if (!OperatingSystem.IsLinux() || said.Any(name => Environment.GetEnvironmentVariable(name) is not null))
            return;
        try
        {
            // Together: either alone ends the adjusting of both.
            Libc.KeepBlocks(LargestKept, MostKept);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which decides by itself.
        }
    }

    /// <summary>
    /// Gives back to the operating system what was freed. By itself the C library keeps pages that lie below anything still in use, in each of its arenas: most of what a model
    /// that was unloaded leaves. Does nothing where the C library is not GNU's.
    /// </summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            Libc.Trim();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which decides by itself.
        }
    }
}
