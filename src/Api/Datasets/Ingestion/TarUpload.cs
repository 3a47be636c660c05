using System.Formats.Tar;
using System.IO.Compression;
using ZstdSharp;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>The files of a tar, packed with gzip, zstd or not.</summary>
static class TarUpload
{
    /// <param name="path">The spooled file.</param>
    /// <param name="format">Tar, or what it is packed with.</param>
    /// <param name="take">Shown every file.</param>
    /// <param name="position">Told how many bytes of the spooled file are done.</param>
    /// <exception cref="UploadException">It is truncated or damaged.</exception>
    public static IEnumerable<UploadEntry> Read(string path, UploadFormat format, TakeFile take, Action<long> position)
    {
        using var file = File.OpenRead(path);
        using var stream = Unpacked(file, format);
        using var tar = new TarReader(stream);
        var last = "";
        for (var count = 0; Next(tar, stream, take, count, ref last, out var entry); count++)
        {
            if (entry is not null)
                yield return entry;
            position(file.Position);
        }
    }

    private static Stream Unpacked(Stream file, UploadFormat format) => format switch
    {
        UploadFormat.TarGz => new GZipStream(file, CompressionMode.Decompress),
        UploadFormat.TarZst => new DecompressionStream(file),
        _ => file,
    };

    private static bool Next(TarReader tar, Stream stream, TakeFile take, int count, ref string last, out UploadEntry? taken)
    {
        taken = null;
        try
        {
            if (tar.GetNextEntry() is not { } entry)
            {
                // The checksum of what it is packed with stands behind the last entry.
                stream.CopyTo(Stream.Null);
                return false;
            }

            last = entry.Name;
            taken = Take(entry, take);
            return true;
        }
        catch (EndOfStreamException e)
        {
            throw new UploadException(
                $"The archive is truncated: it ends after {count} entries{After(last)}. Nothing of it was published; upload the whole file again.", e);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or NotSupportedException or ZstdException)
        {
            throw new UploadException($"The archive is damaged after {count} entries{After(last)}. Nothing of it was published; pack and upload it again.", e);
        }
    }

    private static UploadEntry? Take(TarEntry entry, TakeFile take) => entry.EntryType switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => take(entry.Name, entry.Length, () => entry.DataStream ?? Stream.Null),
        TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes => null,
        _ => new(entry.Name, null, $"It is no file but a {entry.EntryType}."),
    };

    private static string After(string last) => last.Length == 0 ? "" : $", in or after '{last}'";
}
