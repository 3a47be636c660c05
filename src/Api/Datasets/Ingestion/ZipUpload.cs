using System.IO.Compression;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>The files of a zip.</summary>
static class ZipUpload
{
    /// <param name="path">The spooled file.</param>
    /// <param name="take">Shown every file.</param>
    /// <param name="position">Told how many bytes of the file are done.</param>
    /// <exception cref="UploadException">Its table of contents cannot be read.</exception>
    public static IEnumerable<UploadEntry> Read(string path, TakeFile take, Action<long> position)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        var directory = ZipDirectory.Find(file);
        var done = 0L;
        foreach (var section in directory.Sections(file))
        {
            using var zip = Open(new ZipSection(file, directory.Offset, section));
            foreach (var entry in zip.Entries)
            {
                if (Read(entry, take) is { } taken)
                    yield return taken;
                position(done += entry.CompressedLength);
            }
        }
    }

    private static ZipArchive Open(Stream section)
    {
        try
        {
            var zip = new ZipArchive(section, ZipArchiveMode.Read);
            _ = zip.Entries.Count;
            return zip;
        }
        catch (InvalidDataException e)
        {
            throw ZipDirectory.Damaged(e);
        }
    }

    private static UploadEntry? Read(ZipArchiveEntry entry, TakeFile take)
    {
        try
        {
            return take(entry.FullName, entry.Length, () => entry.IsEncrypted ? throw new InvalidDataException("It is encrypted.") : new ChecksumStream(entry.Open(), entry.Crc32));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return new(entry.FullName, null, entry.IsEncrypted ? e.Message : "It is damaged: " + e.Message);
        }
    }
}
