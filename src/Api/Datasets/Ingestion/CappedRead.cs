using System.Buffers;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Unpacks an entry without believing what it says about its size.</summary>
static class CappedRead
{
    /// <param name="stream">Read to its end, or to <paramref name="cap"/>.</param>
    /// <param name="expected">Bytes that there should be; a wrong number costs time and nothing else.</param>
    /// <param name="cap">Bytes that there may be.</param>
    /// <returns>The bytes, or null when there are more than <paramref name="cap"/>.</returns>
    public static byte[]? Read(Stream stream, long expected, int cap)
    {
        // One more than expected, so that the read that finds the end needs no larger buffer.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(expected, 0, cap) + 1);
        try
        {
            int read;
            var length = 0;
            while ((read = stream.Read(buffer.AsSpan(length))) > 0)
            {
                length += read;
                if (length > cap)
                    return null;
                if (length == buffer.Length)
                    Grow(ref buffer);
            }

            return buffer[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Grow(ref byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
