using nietras.SeparatedValues;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A manifest as CSV: a header with the columns' names, fields in double quotes where they need them. ',', ';' or a tab stands between fields.</summary>
static class ManifestCsv
{
    public static IEnumerable<ManifestLine> Read(Stream file, string name)
    {
        using var reader = Open(file, name);
        var places = Places(reader.Header.ColNames, name);
        while (Next(reader, name))
            yield return Line(reader.Current, places, reader.Header.ColNames.Count);
    }

    private static SepReader Open(Stream file, string name)
    {
        try
        {
            return Sep.Reader(options => options with { Unescape = true, Trim = SepTrim.Outer, DisableColCountCheck = true }).From(file);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new UploadException($"The header of '{name}' cannot be read: {e.Message} Nothing was published.", e);
        }
    }

    /// <returns>Where each known column stands; -1 for one that is not there.</returns>
    private static int[] Places(IReadOnlyList<string> columns, string name)
    {
        var found = columns.Select(c => c.ToLowerInvariant()).ToList();
        if (found.Except(ManifestFile.Columns).ToArray() is [_, ..] unknown)
            throw new UploadException(ManifestFile.Unknown($"The header of '{name}'", unknown));
        return found.Contains("path")
            ? [.. ManifestFile.Columns.Select(c => found.IndexOf(c))]
            : throw new UploadException($"'{name}' has no column 'path', which says what picture a line is about. Nothing was published.");
    }

    private static bool Next(SepReader reader, string name)
    {
        try
        {
            return reader.MoveNext();
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new UploadException($"'{name}' cannot be read to its end; is a double quote left open? {e.Message} Nothing was published.", e);
        }
    }

    private static ManifestLine Line(SepReader.Row row, int[] places, int columns)
    {
        if (row.ColCount != columns)
            return ManifestLine.Bad(row.LineNumberFrom, $"It has {row.ColCount} fields; the header has {columns}.");
        var fields = new string?[places.Length];
        for (var i = 0; i < places.Length; i++)
            fields[i] = places[i] < 0 ? null : row[places[i]].ToString();
        return ManifestLine.Of(row.LineNumberFrom, fields);
    }
}
