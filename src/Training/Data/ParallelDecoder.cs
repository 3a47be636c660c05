using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ContrastiveService.Training.Data;

/// <summary>Decodes a stream of pictures on all processors and hands them on in the order in which they came.</summary>
/// <param name="size">Side of the squares, in pixels.</param>
/// <param name="channels">1 or 3.</param>
public sealed class ParallelDecoder(int size, int channels)
{
    private const int BytesAhead = 64 << 20, MostAhead = 256;

    private readonly int each = channels * size * size;

    /// <summary>
    /// One reader, as many decoders as there are processors, one consumer. At most 256 pictures or 64 MiB of pixels, but two for each processor, are under way:
    /// enough to decode through the pauses of a reader that fetches in pieces, and bounded however slow the consumer is.
    /// </summary>
    public async IAsyncEnumerable<DecodedImage> DecodeAsync(IAsyncEnumerable<EncodedImage> pictures, [EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ahead = Math.Max(2 * Environment.ProcessorCount, Math.Min(MostAhead, BytesAhead / each));
        var underWay = Channel.CreateBounded<Task<DecodedImage>>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAsync(pictures, underWay.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var decoding in underWay.Reader.ReadAllAsync(ct))
            {
                var (record, rented, hasProfile, fault) = await decoding;
                yield return new(record, rented[..(fault is null ? each : 0)], hasProfile, fault);
                Return(rented);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>Whatever ends the stream of pictures ends the channel, so that the consumer hears of it; this itself does not fail.</summary>
    private async Task ReadAsync(IAsyncEnumerable<EncodedImage> pictures, ChannelWriter<Task<DecodedImage>> underWay, CancellationToken ct)
    {
        try
        {
            await foreach (var picture in pictures.WithCancellation(ct))
            {
                await underWay.WaitToWriteAsync(ct);
                await underWay.WriteAsync(Task.Run(() => Decode(picture), CancellationToken.None), ct);
            }

            underWay.Complete();
        }
        catch (Exception e)
        {
            underWay.Complete(e);
        }
    }

    private DecodedImage Decode(EncodedImage picture)
    {
        var rented = ArrayPool<byte>.Shared.Rent(each);
        try
        {
            var hasProfile = ImageDecoder.Decode(picture.Bytes.Span, size, channels, rented.AsSpan(0, each));
            return new(picture.Record, rented, hasProfile, null);
        }
        catch (ImageFormatException e)
        {
            return new(picture.Record, rented, false, e.Message);
        }
    }

    private static void Return(ReadOnlyMemory<byte> rented)
    {
        if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(rented, out var segment))
            ArrayPool<byte>.Shared.Return(segment.Array!);
    }
}
