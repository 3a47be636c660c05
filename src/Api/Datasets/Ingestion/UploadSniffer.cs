using System.IO.Compression;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Tells what a spooled file is.</summary>
static class UploadSniffer
{
    private const int TarMagicAt = 257;

    public static UploadFormat Sniff(string path)
    {
        using var file = File.OpenRead(path);
        var head = Head(file);
        if (head is [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..])
            return UploadFormat.Zip;
        if (head is not [0x1f, 0x8b, ..])
            return Plain(head);
        file.Position = 0;
        var inner = Plain(Unpacked(file));
        return inner == UploadFormat.Tar ? UploadFormat.TarGz : inner;
    }

    private static UploadFormat Plain(byte[] head) => head switch
    {
        [0, 0, 8, 1, ..] => UploadFormat.IdxLabels,
        [0, 0, 8, 3 or 4, ..] => UploadFormat.IdxPictures,
        _ when head.Length > TarMagicAt + 5 && head.AsSpan(TarMagicAt, 5).SequenceEqual("ustar"u8) => UploadFormat.Tar,
        _ => UploadFormat.Unknown,
    };

    private static byte[] Unpacked(Stream file)
    {
        try
        {
            using var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            return Head(gzip);
        }
        catch (InvalidDataException)
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
