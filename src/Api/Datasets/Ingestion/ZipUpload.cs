using System.IO.Compression;
using System.IO.Hashing;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>The files of a zip.</summary>
static class ZipUpload
{
    /// <param name="path">The spooled file.</param>
    /// <param name="maxItemBytes">Entries that unpack to more are refused.</param>
    /// <param name="position">Told how many bytes of the file are done.</param>
    /// <exception cref="UploadException">Its table of contents cannot be read.</exception>
    public static IEnumerable<UploadEntry> Read(string path, int maxItemBytes, Action<long> position)
    {
        using var file = File.OpenRead(path);
        using var zip = Open(file);
        var done = 0L;
        foreach (var entry in zip.Entries)
        {
            if (!ItemPath.IsNoise(entry.FullName))
                yield return Read(entry, maxItemBytes);
            position(done += entry.CompressedLength);
        }
    }

    private static ZipArchive Open(Stream file)
    {
        try
        {
            var zip = new ZipArchive(file, ZipArchiveMode.Read);
            _ = zip.Entries.Count;
            return zip;
        }
        catch (InvalidDataException e)
        {
            throw new UploadException(
                "The zip file is truncated or damaged: its table of contents, which stands at the end, cannot be read. "
                + "Nothing of it was published; upload the whole file again.",
                e);
        }
    }

    private static UploadEntry Read(ZipArchiveEntry entry, int maxItemBytes)
    {
        if (entry.IsEncrypted)
            return new(entry.FullName, null, "It is encrypted.");
        try
        {
            using var stream = entry.Open();
            if (CappedRead.Read(stream, maxItemBytes) is not { } bytes)
                return new(entry.FullName, null, $"It unpacks to more than {maxItemBytes} bytes.");
            // The framework's reader does not look at the checksum.
            return Crc32.HashToUInt32(bytes) == entry.Crc32 ? new(entry.FullName, bytes) : new(entry.FullName, null, "It is damaged: its checksum is wrong.");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return new(entry.FullName, null, "It is damaged: " + e.Message);
        }
    }
}
