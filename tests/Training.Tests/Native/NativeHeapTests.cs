using System.Globalization;
using System.Runtime.InteropServices;
using ContrastiveService.Training.Native;

namespace ContrastiveService.Training.Tests.Native;

public sealed class NativeHeapTests
{
    private const int Blocks = 3, Bytes = 16 << 20, Page = 4096;

    [Fact]
    public void What_was_freed_is_kept_for_the_next_batch_until_it_is_trimmed()
    {
        long again = 0, trimmed = 0;
        // A thread of its own, which has a heap of its own as an inference thread does.
        var thread = new Thread(() =>
        {
            NativeHeap.Keep();
            for (var i = 0; i < 3; i++)
                again = FaultsOfABatch();
            NativeHeap.Trim();
            trimmed = FaultsOfABatch();
        });
        thread.Start();
        thread.Join();
        again.ShouldBeLessThan(Blocks * Bytes / Page / 10, "its pages are there");
        trimmed.ShouldBeGreaterThan(again + (Blocks * Bytes / Page / 2), "they were given back");
    }

    private static long FaultsOfABatch()
    {
        var before = Faults();
        var blocks = new nint[Blocks];
        foreach (ref var block in blocks.AsSpan())
        {
            block = Marshal.AllocHGlobal(Bytes);
            for (var at = 0; at < Bytes; at += Page)
                Marshal.WriteByte(block, at, 1);
        }

        foreach (var block in blocks)
            Marshal.FreeHGlobal(block);
        return Faults() - before;
    }

    /// <summary>Pages that this thread has had to ask for, without reading from a disk.</summary>
    private static long Faults() => long.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[1].Split(' ')[7], CultureInfo.InvariantCulture);
}
