using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Data;

/// <summary>
/// Hands a step its pictures, and copies those of the next out of the store meanwhile, on a thread of its own: that is where a store larger than memory waits for
/// the disk. Never more than one step ahead; two buffers take turns, and nothing is allocated for a step.
/// </summary>
/// <remarks>
/// Copying only: on a processor whose cores all work on the step, making views beside it would take from it what it gives. Where the device is a GPU its queue
/// runs behind this thread, and making views there overlaps by itself.
/// </remarks>
internal sealed class RowFeed : IDisposable
{
    private readonly ImageStore images;
    private readonly bool pinned;
    private readonly Tensor[] buffers; // two of (B, C, S, S) uint8
    private int current;
    private (long[] Rows, Task<Tensor> Copy)? ahead;
    private Tensor? handed;

    /// <param name="images">Where pictures are.</param>
    /// <param name="device">Where they go.</param>
    /// <param name="rows">Pictures in a step.</param>
    public RowFeed(ImageStore images, Device device, int rows)
    {
        this.images = images;
        pinned = device.type == DeviceType.CUDA;
        using var scope = NewDisposeScope();
        buffers = [Buffer(), Buffer()];

        Tensor Buffer() => zeros([rows, images.Channels, images.Size, images.Size], uint8).DetachFromDisposeScope();
    }

    /// <summary>How long <see cref="Take"/> has made steps wait, all together.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>The pictures of a step.</summary>
    /// <param name="rows">Positions in the store, as many as a step has.</param>
    /// <returns>(B, C, S, S) uint8 on the CPU, good until the next call.</returns>
    public Tensor Take(long[] rows)
    {
        var start = Stopwatch.GetTimestamp();
        if (ahead is { } asked && !asked.Rows.AsSpan().SequenceEqual(rows))
        {
            asked.Copy.Wait();
            ahead = null;
        }

        if (ahead is null)
            Ahead(rows);
        Release();
        handed = ahead!.Value.Copy.GetAwaiter().GetResult();
        ahead = null;
        Waited += Stopwatch.GetElapsedTime(start);
        return handed;
    }

    /// <summary>Begins to copy the pictures of the step after the one that was just taken.</summary>
    public void Ahead(long[] rows)
    {
        var buffer = buffers[current];
        current = 1 - current;
        ahead = (rows, Task.Run(() => Copy(rows, buffer)));
    }

    public void Dispose()
    {
        ahead?.Copy.Wait();
        Release();
        foreach (var buffer in buffers)
            buffer.Dispose();
    }

    /// <summary>For a GPU, into pinned memory, which libtorch gives back only when the copy that reads it is done.</summary>
    private Tensor Copy(long[] rows, Tensor buffer)
    {
        images.Gather(rows, buffer.bytes);
        if (!pinned)
            return buffer;
        using var scope = NewDisposeScope();
        return buffer.pin_memory().DetachFromDisposeScope();
    }

    private void Release()
    {
        if (pinned)
            handed?.Dispose();
        handed = null;
    }
}
