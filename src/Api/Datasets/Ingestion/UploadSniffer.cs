using System.IO.Compression;
using ZstdSharp;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Tells what a spooled file is.</summary>
static class UploadSniffer
{
    private const int TarMagicAt = 257;

    public static UploadFormat Sniff(string path)
    {
        using var file = File.OpenRead(path);
        var head = Head(file);
        file.Position = 0;
        switch (head)
        {
            case [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..]:
                return UploadFormat.Zip;
            case [0x1f, 0x8b, ..]:
                var inner = Plain(Unpacked(file, packed => new GZipStream(packed, CompressionMode.Decompress)));
                return inner == UploadFormat.Tar ? UploadFormat.TarGz : inner;
            // A frame of zstd, or one to be skipped, as pzstd puts before each.
            case [0x28, 0xb5, 0x2f, 0xfd, ..] or [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..]:
                return Plain(Unpacked(file, packed => new DecompressionStream(packed))) == UploadFormat.Tar ? UploadFormat.TarZst : UploadFormat.Unknown;
            default:
                return Plain(head);
        }
    }

    private static UploadFormat Plain(byte[] head) => head switch
    {
        [0, 0, 8, 1, ..] => UploadFormat.IdxLabels,
        [0, 0, 8, 3 or 4, ..] => UploadFormat.IdxPictures,
        _ when head.Length > TarMagicAt + 5 && head.AsSpan(TarMagicAt, 5).SequenceEqual("ustar"u8) => UploadFormat.Tar,
        _ => UploadFormat.Unknown,
    };

    private static byte[] Unpacked(Stream file, Func<Stream, Stream> unpack)
    {
        try
        {
            using var unpacked = unpack(file);
            return Head(unpacked);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdException)
        {
            return [];
        }
    }

    private static byte[] Head(Stream stream)
    {
        var head = new byte[512];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }
}
