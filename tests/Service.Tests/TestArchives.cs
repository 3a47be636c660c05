using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace ContrastiveService.Service.Tests;

/// <summary>Archives to upload.</summary>
static class TestArchives
{
    public static byte[] Zip(params (string Path, byte[] Bytes)[] files)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (path, bytes) in files)
            {
                using var entry = zip.CreateEntry(path, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }

        return archive.ToArray();
    }

    public static byte[] TarGz(params (string Path, byte[] Bytes)[] files) => Gzip(Tar(files));

    public static byte[] TarZst(params (string Path, byte[] Bytes)[] files) => Zstd(Tar(files));

    public static byte[] Tar(params (string Path, byte[] Bytes)[] files)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var (path, bytes) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(bytes) });
        return archive.ToArray();
    }

    /// <summary>An IDX file of bytes.</summary>
    public static byte[] Idx(byte[] values, params int[] dimensions)
    {
        var file = new byte[4 + 4 * dimensions.Length + values.Length];
        (file[2], file[3]) = (8, (byte)dimensions.Length);
        for (var i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), dimensions[i]);
        values.CopyTo(file, 4 + 4 * dimensions.Length);
        return file;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    public static byte[] Zstd(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zstd = new CompressionStream(packed))
        {
            // As the program of that name does by itself.
            zstd.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            zstd.Write(bytes);
        }

        return packed.ToArray();
    }
}
