using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>
/// What a manifest says of each picture of an upload. Its lines lie in a file; memory holds a hash and a place for each, some 50 bytes, so that a million lines
/// cost 50 MB.
/// </summary>
sealed class Manifest : IDisposable
{
    private readonly Dictionary<UInt128, long> places = [];
    private readonly FileStream rows;
    private readonly BinaryWriter writer;
    private readonly BinaryReader reader;

    /// <param name="folder">For its file, which goes with the folder.</param>
    public Manifest(string folder)
    {
        rows = File.Create(Path.Combine(folder, "manifest.rows"));
        (writer, reader) = (new(rows), new(rows));
    }

    /// <returns>Why the line is not taken; null when it is.</returns>
    public string? Add(ManifestLine line)
    {
        if (line.Problem is not null)
            return line.Problem;
        if (!places.TryAdd(Hash(line.Path), rows.Position))
            return $"'{line.Path}' was named before; that line counts.";
        writer.Write(line.Path);
        foreach (var value in new[] { line.Label, line.Domain, line.Group, line.Split })
            writer.Write(value ?? "");
        return null;
    }

    /// <summary>Lays what the manifest says over what the path says.</summary>
    /// <param name="path">The picture's, from the manifest's folder on.</param>
    /// <param name="place">What its path says.</param>
    /// <returns>Null if the manifest does not name it.</returns>
    public ItemPath? Over(string path, ItemPath place)
    {
        ref var at = ref CollectionsMarshal.GetValueRefOrNullRef(places, Hash(path));
        if (Unsafe.IsNullRef(ref at))
            return null;
        rows.Position = at < 0 ? ~at : at;
        // Seen ones are told by their sign.
        at = ~rows.Position;
        reader.ReadString();
        return place with { Label = Next() ?? place.Label, Domain = Next() ?? place.Domain, Group = Next() ?? place.Group, Split = Next() ?? place.Split };

        string? Next() => reader.ReadString() is { Length: > 0 } value ? value : null;
    }

    /// <summary>Paths that <see cref="Over"/> was never asked for, in the manifest's order.</summary>
    public IEnumerable<string> Unseen()
    {
        var left = places.Values.Count(at => at >= 0);
        rows.Position = 0;
        while (left > 0)
        {
            var path = reader.ReadString();
            for (var i = 0; i < 4; i++)
                reader.ReadString();
            if (places[Hash(path)] < 0)
                continue;
            left--;
            yield return path;
        }
    }

    public void Dispose() => rows.Dispose();

    private static UInt128 Hash(string path) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(path.AsSpan()));
}
