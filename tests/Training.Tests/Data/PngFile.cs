using System.Buffers.Binary;
using System.IO.Compression;

namespace ContrastiveService.Training.Tests.Data;

/// <summary>PNG files of kinds that the drawing library reads but does not write.</summary>
internal static class PngFile
{
    public const byte Grey = 0, Colour = 2, Palette = 3;

    /// <param name="side">Of the square, in pixels.</param>
    /// <param name="bits">Of a sample.</param>
    /// <param name="kind">How pixels are stored.</param>
    /// <param name="rows">Rows one after the other, without their filter bytes.</param>
    /// <param name="palette">Red, green and blue of each entry.</param>
    public static byte[] Make(int side, byte bits, byte kind, byte[] rows, byte[]? palette = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        (header[8], header[9]) = (bits, kind);
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. palette is null ? [] : Chunk("PLTE"u8, palette),
            .. Chunk("IDAT"u8, Pack(rows, rows.Length / side)), .. Chunk("IEND"u8, [])];
    }

    /// <summary>The checksum of a chunk (ISO 3309).</summary>
    public static byte[] Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        var value = ~crc;
        return [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] data)
    {
        byte[] named = [.. name, .. data];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        return [.. length, .. named, .. Crc(named)];
    }

    private static byte[] Pack(byte[] rows, int stride)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var row in rows.Chunk(stride))
                zlib.Write([0, .. row]); // filter 0: none
        }

        return packed.ToArray();
    }
}
