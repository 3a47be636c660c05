namespace ContrastiveService.Training.Data;

/// <summary>
/// The file beside the pixels: what is known of each picture. A million records must open in less than a second, so it is not JSON: keys stand as they are,
/// other texts stand once and are numbers from then on (0 none, 1 the first, …; a number that is new is followed by its text).
/// </summary>
internal sealed record ImageStoreIndex(int Size, int Channels, IReadOnlyList<ImageRecord> Records)
{
    private const int Magic = 0x32495343; // "CSI2"

    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        using (var writer = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
            writer.Write(Magic);
            writer.Write(Size);
            writer.Write(Channels);
            writer.Write(Records.Count);
            foreach (var record in Records)
            {
                writer.Write(record.Key);
                WriteText(record.Label);
                WriteText(record.Domain);
                WriteText(record.Split);
                WriteText(record.Group);
            }

            void WriteText(string? text)
            {
                if (text is null)
                    writer.Write7BitEncodedInt(0);
                else if (numbers.TryGetValue(text, out var number))
                    writer.Write7BitEncodedInt(number);
                else
                {
                    numbers.Add(text, numbers.Count + 1);
                    writer.Write7BitEncodedInt(numbers.Count);
                    writer.Write(text);
                }
            }
        }

        file.Flush(flushToDisk: true);
    }

    /// <exception cref="InvalidDataException">It is no index, or it was cut off.</exception>
    public static ImageStoreIndex Read(string path)
    {
        using var reader = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16));
        try
        {
            if (reader.ReadInt32() != Magic)
                throw Broken(path);
            var (size, channels, records) = (reader.ReadInt32(), reader.ReadInt32(), new ImageRecord[reader.ReadInt32()]);
            var texts = new List<string?> { null };
            for (var i = 0; i < records.Length; i++)
                records[i] = new(reader.ReadString(), ReadText(), ReadText(), ReadText(), ReadText());
            return new(size, channels, records);

            string? ReadText()
            {
                var number = reader.Read7BitEncodedInt();
                if (number == texts.Count)
                    texts.Add(reader.ReadString());
                return texts[number];
            }
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw Broken(path);
        }
    }

    private static InvalidDataException Broken(string path) => new($"'{path}' is not the whole index of a store. Delete it and the store; they are made again from the data set.");
}
