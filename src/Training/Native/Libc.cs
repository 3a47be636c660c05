using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ContrastiveService.Training.Native;

/// <summary>The few calls of the C library that .NET has no name for.</summary>
[SupportedOSPlatform("linux")]
static partial class Libc
{
    /// <summary>Room for 8192 CPUs; the kernel refuses a mask smaller than its own.</summary>
    const int MaskBytes = 1024;

    public static uint EffectiveUser => geteuid();

    public static int CurrentThread => gettid();

    /// <summary>Owner, permission bits and kind of a path itself (a symbolic link is not followed).</summary>
    public static unsafe (uint Owner, UnixFileMode Mode, bool IsDirectory) Status(string path)
    {
        const int here = -100, doNotFollow = 0x100;
        const uint typeModeAndOwner = 0x1 | 0x2 | 0x8;
        var answer = stackalloc byte[256];
        if (statx(here, path, doNotFollow, typeModeAndOwner, answer) != 0) throw new IOException($"{path}: {LastError()}");
        var mode = *(ushort*)(answer + 28);
        return (*(uint*)(answer + 20), (UnixFileMode)(mode & 0xfff), (mode & 0xf000) == 0x4000);
    }

    /// <summary>The CPUs that a thread may run on, in order.</summary>
    public static unsafe int[] AllowedCpus(int thread)
    {
        var mask = stackalloc byte[MaskBytes];
        if (sched_getaffinity(thread, MaskBytes, mask) < 0) throw new InvalidOperationException($"sched_getaffinity: {LastError()}");
        var cpus = new List<int>();
        for (var cpu = 0; cpu < MaskBytes * 8; cpu++)
        {
            if ((mask[cpu / 8] & (1 << (cpu % 8))) != 0) cpus.Add(cpu);
        }
        return [.. cpus];
    }

    /// <summary>Keeps a thread on these CPUs. Threads that it creates later inherit this.</summary>
    /// <returns>False when the thread has ended meanwhile or the system forbids it.</returns>
    public static unsafe bool Confine(int thread, params ReadOnlySpan<int> cpus)
    {
        var mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        foreach (var cpu in cpus) mask[cpu / 8] |= (byte)(1 << (cpu % 8));
        return sched_setaffinity(thread, MaskBytes, mask) == 0;
    }

    /// <summary>Gives whole free pages of the heap back to the kernel.</summary>
    /// <exception cref="EntryPointNotFoundException">The C library is not GNU's.</exception>
    public static void Trim() => _ = malloc_trim(0);

    /// <summary>Keeps freed blocks up to a size, and so many bytes of them in each of the heap's arenas.</summary>
    /// <exception cref="EntryPointNotFoundException">The C library is not GNU's.</exception>
    public static void KeepBlocks(int largest, int most)
    {
        const int mmapThreshold = -3, trimThreshold = -1;
        _ = mallopt(mmapThreshold, largest);
        _ = mallopt(trimThreshold, most);
    }

    static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* answer);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int sched_getaffinity(int thread, nint size, byte* mask);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int sched_setaffinity(int thread, nint size, byte* mask);
}
