using System.Formats.Tar;
using System.IO.Compression;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>The files of a tar, packed with gzip or not.</summary>
static class TarUpload
{
    /// <param name="path">The spooled file.</param>
    /// <param name="packed">Whether it is a tar.gz.</param>
    /// <param name="maxItemBytes">Larger entries are refused.</param>
    /// <param name="position">Told how many bytes of the file are done.</param>
    /// <exception cref="UploadException">It is truncated or damaged.</exception>
    public static IEnumerable<UploadEntry> Read(string path, bool packed, int maxItemBytes, Action<long> position)
    {
        using var file = File.OpenRead(path);
        using Stream stream = packed ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var tar = new TarReader(stream);
        var last = "";
        for (var count = 0; Next(tar, maxItemBytes, count, ref last, out var entry); count++)
        {
            if (entry is not null)
                yield return entry;
            position(file.Position);
        }
    }

    private static bool Next(TarReader tar, int maxItemBytes, int count, ref string last, out UploadEntry? taken)
    {
        taken = null;
        try
        {
            if (tar.GetNextEntry() is not { } entry)
                return false;
            last = entry.Name;
            if (!ItemPath.IsNoise(entry.Name))
                taken = Take(entry, maxItemBytes);
            return true;
        }
        catch (EndOfStreamException e)
        {
            throw new UploadException(
                $"The archive is truncated: it ends after {count} entries{After(last)}. Nothing of it was published; upload the whole file again.", e);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new UploadException($"The archive is damaged after {count} entries{After(last)}. Nothing of it was published; pack and upload it again.", e);
        }
    }

    private static UploadEntry? Take(TarEntry entry, int maxItemBytes)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                if (entry.Length > maxItemBytes)
                    return new(entry.Name, null, $"It is larger than {maxItemBytes} bytes.");
                return new(entry.Name, entry.DataStream is { } data ? CappedRead.Read(data, maxItemBytes) : []);
            case TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes:
                return null;
            default:
                return new(entry.Name, null, $"It is no file but a {entry.EntryType}.");
        }
    }

    private static string After(string last) => last.Length == 0 ? "" : $", in or after '{last}'";
}
