namespace ContrastiveService.Training.Native;

/// <summary>The C library's heap, which holds a processor's tensors.</summary>
public static class NativeHeap
{
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
