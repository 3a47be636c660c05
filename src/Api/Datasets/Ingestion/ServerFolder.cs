using System.IO.Enumeration;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A folder of the server, read where it is. Names come in ordinal order, folder by folder, so that the same folder gives the same order of items.</summary>
/// <param name="Path">Where it really is.</param>
/// <param name="Roots">What links may lead to.</param>
sealed record ServerFolder(string Path, ImportRoots Roots) : ImportSource
{
    public override long Length => 0;

    public override ManifestFile? FindManifest(string root, string folder)
    {
        var place = System.IO.Path.Combine(Path, root);
        var found = Names(place, out var closed).Where(name => ManifestFile.IsOne(name)).ToArray();
        if (closed is not null)
            throw new UploadException($"The folder cannot be read: {closed} Nothing was published.");
        if (found.Length > 1)
            throw new UploadException($"There are two manifests, '{found[0]}' and '{found[1]}'. Nothing was published; leave one out.");
        if (found.Length == 0)
            return null;
        return Open(new FileInfo(System.IO.Path.Combine(place, found[0])), out var file) is { } reason
            ? throw new UploadException($"The manifest '{found[0]}' cannot be read. {reason} Nothing was published.")
            : new(file, root + found[0]);
    }

    public override IEnumerable<UploadEntry> Read(ImportOptions options, ApiOptions limits, Action<long> position)
    {
        var done = 0L;
        foreach (var entry in Read(Path, "", options, limits.MaxItemBytes))
        {
            position(done += entry.Bytes?.Length ?? 0);
            yield return entry;
        }
    }

    private IEnumerable<UploadEntry> Read(string folder, string inside, ImportOptions options, int cap)
    {
        var names = Names(folder, out var closed);
        foreach (var name in names)
        {
            var (path, info) = (inside + name, new FileInfo(System.IO.Path.Combine(folder, name)));
            if (info.LinkTarget is null && info.Attributes.HasFlag(FileAttributes.Directory))
            {
                // As desktops and version control do, .name is taken for something that is not meant to be seen.
                if (!name.StartsWith('.'))
                    foreach (var entry in Read(info.FullName, path + "/", options, cap))
                        yield return entry;
            }
            else if (!ItemPath.IsNoise(path) && !ManifestFile.IsOne(path, options.Root))
            {
                yield return Read(path, info, cap);
            }
        }

        if (closed is not null)
            yield return new(inside, null, $"The folder cannot be read: {closed}");
    }

    private static string[] Names(string folder, out string? closed)
    {
        try
        {
            var all = new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false };
            var names = new FileSystemEnumerable<string>(folder, (ref entry) => entry.FileName.ToString(), all).ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            closed = null;
            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            closed = e.Message;
            return [];
        }
    }

    private UploadEntry Read(string path, FileInfo info, int cap)
    {
        try
        {
            if (Open(info, out var file) is { } reason)
                return new(path, null, reason);
            return UploadEntry.Unpack(path, new FileInfo(file).Length, () => File.OpenRead(file), cap);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(path, null, $"It cannot be read: {e.Message}");
        }
    }

    /// <returns>Why it must not be opened; null if it may, under the name <paramref name="file"/>.</returns>
    private string? Open(FileInfo info, out string file)
    {
        file = info.FullName;
        if (info.LinkTarget is not null)
        {
            file = RealPath.Of(info.FullName);
            if (!Roots.Hold(file))
                return "It is a link that leads out of the folders that may be imported from (Api:ImportRoots).";
            if (Directory.Exists(file))
                return "It is a link to a folder, which is not followed.";
        }

        // To open a pipe or a device might take for ever; their length is 0.
        return new FileInfo(file) is { Exists: true, Length: > 0 } ? null : "It is empty (0 bytes), or no file.";
    }
}
