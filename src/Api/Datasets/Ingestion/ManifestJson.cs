using System.Text.Json;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A manifest as JSON lines: one object a line, whose members are the columns. Numbers are taken as they are written.</summary>
static class ManifestJson
{
    private const int LongestLine = 1 << 16;

    public static IEnumerable<ManifestLine> Read(Stream file, string name)
    {
        var buffer = new byte[LongestLine];
        var (length, number) = (0, 0L);
        int read;
        do
        {
            read = file.ReadAtLeast(buffer.AsSpan(length), buffer.Length - length, throwOnEndOfStream: false);
            length += read;
            var start = number == 0 && buffer.AsSpan(0, length).StartsWith("\ufeff"u8) ? 3 : 0;
            while (Line(buffer.AsSpan(start, length - start), ended: read == 0) is var end and >= 0)
            {
                number++;
                var line = buffer.AsMemory(start, end);
                start = Math.Min(length, start + end + 1);
                if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                    yield return Parse(line, number, name);
            }

            if (start == 0 && length == buffer.Length)
                throw new UploadException($"Line {number + 1} of '{name}' is longer than {LongestLine} bytes. Nothing was published.");
            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
        }
        while (read > 0 || length > 0);
    }

    /// <returns>The first line's length without its end; -1 if more must be read, or if nothing is left.</returns>
    private static int Line(ReadOnlySpan<byte> bytes, bool ended) => bytes.IndexOf((byte)'\n') is var end and >= 0 ? end : ended && !bytes.IsEmpty ? bytes.Length : -1;

    private static ManifestLine Parse(ReadOnlyMemory<byte> line, long number, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return ManifestLine.Bad(number, """It is no JSON object, such as {"path": "a.png", "label": "cat"}.""");
            var values = new string?[ManifestFile.Columns.Length];
            foreach (var member in json.RootElement.EnumerateObject())
            {
                var column = ManifestFile.Columns.IndexOf(member.Name.ToLowerInvariant());
                values[column >= 0 ? column : throw new UploadException(ManifestFile.Unknown($"Line {number} of '{name}'", [member.Name]))] = Text(member.Value);
            }

            return ManifestLine.Of(number, values);
        }
        catch (JsonException e)
        {
            return ManifestLine.Bad(number, $"It is not JSON: {e.Message}");
        }
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        var other => throw new JsonException($"a value is of the kind {other}; texts and numbers are taken."),
    };
}
