using System.Buffers;
using System.Collections.Immutable;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A table beside the pictures that says what each of them is: <c>manifest.csv</c> or <c>manifest.jsonl</c>.</summary>
/// <param name="Path">Where it lies on this machine.</param>
/// <param name="Name">What it is called in the upload; its ending says how it is read.</param>
sealed record ManifestFile(string Path, string Name)
{
    private const long Largest = 1L << 30;

    /// <summary>The columns, or members, that there are.</summary>
    public static ImmutableArray<string> Columns { get; } = ["path", "label", "domain", "group", "split"];

    /// <summary>Whether this is a manifest's name, in the folder <paramref name="root"/> (empty, or ending in '/').</summary>
    public static bool IsOne(string path, string root = "")
    {
        path = ItemPath.Inside(path);
        return path.StartsWith(root, StringComparison.Ordinal)
            && path.AsSpan(root.Length) is var name
            && (name.Equals("manifest.csv", StringComparison.OrdinalIgnoreCase) || name.Equals("manifest.jsonl", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a file of this name can be read as a manifest.</summary>
    public static bool IsReadable(string name) => name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="UploadException">While enumerating: a column is not known, or the file as a whole cannot be read.</exception>
    public IEnumerable<ManifestLine> Lines()
    {
        using var file = File.OpenRead(Path);
        foreach (var line in Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? ManifestCsv.Read(file, Name) : ManifestJson.Read(file, Name))
            yield return line;
    }

    /// <summary>What to say of columns that there are not: a misspelt one must not pass for one that was left out.</summary>
    public static string Unknown(string where, IEnumerable<string> columns) =>
        $"{where} has columns that are not known: {string.Join(", ", columns)}. There are: {string.Join(", ", Columns)}. Nothing was published.";

    /// <summary>Unpacks it to <see cref="Path"/>.</summary>
    /// <exception cref="UploadException">It is too large.</exception>
    public void Write(Stream content)
    {
        using var file = File.Create(Path);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        int read;
        while ((read = content.Read(buffer)) > 0)
        {
            file.Write(buffer, 0, read);
            if (file.Length > Largest)
                throw new UploadException($"The manifest '{Name}' is larger than {Largest} bytes. Nothing was published; send the pictures in parts.");
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
