using static System.Buffers.Binary.BinaryPrimitives;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>
/// Where a zip's table of contents stands. The framework's reader keeps an object for each entry, some 400 MB for a million; it is given the table in sections
/// instead, and forgets each before the next.
/// </summary>
/// <param name="Offset">Of its first record in the file.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Entries">How many there are; only the lowest 16 bits count in a zip that is not zip64.</param>
readonly record struct ZipDirectory(long Offset, long Length, long Entries)
{
    private const int SectionEntries = 4096;
    private const int RecordLength = 46, EndLength = 22, LocatorLength = 20, End64Length = 56, LongestComment = ushort.MaxValue;
    private const uint RecordMark = 0x02014b50, EndMark = 0x06054b50, LocatorMark = 0x07064b50, End64Mark = 0x06064b50;

    /// <exception cref="UploadException">There is none, or it does not lie inside the file.</exception>
    public static ZipDirectory Find(Stream file)
    {
        var tail = new byte[Math.Min(file.Length, LongestComment + EndLength + LocatorLength)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var at = tail.Length - EndLength;
        while (at >= 0 && !(Mark(tail, at) == EndMark && at + EndLength + ReadUInt16LittleEndian(tail.AsSpan(at + 20)) <= tail.Length))
            at--;
        if (at < 0)
            throw Damaged();
        var end = tail.AsSpan(at);
        var found = new ZipDirectory(ReadUInt32LittleEndian(end[16..]), ReadUInt32LittleEndian(end[12..]), ReadUInt16LittleEndian(end[10..]));
        if ((found.Offset == uint.MaxValue || found.Length == uint.MaxValue || found.Entries == ushort.MaxValue)
            && at >= LocatorLength && Mark(tail, at - LocatorLength) == LocatorMark)
            found = Find64(file, ReadInt64LittleEndian(tail.AsSpan(at - LocatorLength + 8)));
        return found.Offset >= 0 && found.Length >= 0 && found.Offset <= file.Length - found.Length ? found : throw Damaged();
    }

    /// <summary>Its records, some thousand at a time, with an end record behind them that makes them a table of their own.</summary>
    /// <exception cref="UploadException">While enumerating: it is damaged.</exception>
    public IEnumerable<byte[]> Sections(Stream file)
    {
        var (at, seen) = (Offset, 0L);
        while (at < Offset + Length)
        {
            file.Position = at;
            var (section, records, count) = Section(file, Offset + Length - at);
            at += records;
            seen += count;
            yield return section;
        }

        if ((seen & ushort.MaxValue) != (Entries & ushort.MaxValue))
            throw Damaged();
    }

    public static UploadException Damaged(Exception? inner = null) => new(
        "The zip file is truncated or damaged: its table of contents, which stands at the end, cannot be read. "
        + "Nothing of it was published; upload the whole file again.",
        inner);

    private (byte[] Section, int Records, int Count) Section(Stream file, long left)
    {
        using var section = new MemoryStream(SectionEntries * 2 * RecordLength);
        Span<byte> record = stackalloc byte[RecordLength];
        var rest = new byte[3 * ushort.MaxValue];
        var count = 0;
        for (; count < SectionEntries && section.Length < left; count++)
        {
            if (left - section.Length < RecordLength)
                throw Damaged();
            file.ReadExactly(record);
            var length = ReadUInt16LittleEndian(record[28..]) + ReadUInt16LittleEndian(record[30..]) + ReadUInt16LittleEndian(record[32..]);
            if (ReadUInt32LittleEndian(record) != RecordMark || section.Length + RecordLength + length > left)
                throw Damaged();
            file.ReadExactly(rest, 0, length);
            section.Write(record);
            section.Write(rest, 0, length);
        }

        var records = (int)section.Length;
        section.Write(End(records, count));
        return (section.ToArray(), records, count);
    }

    /// <summary>A zip64 end for any section: its numbers hold whatever the zip's size is.</summary>
    private byte[] End(int records, int count)
    {
        var end = new byte[End64Length + LocatorLength + EndLength];
        var span = end.AsSpan();
        WriteUInt32LittleEndian(span, End64Mark);
        WriteInt64LittleEndian(span[4..], End64Length - 12);
        WriteInt32LittleEndian(span[12..], 45 | (45 << 16));
        WriteInt64LittleEndian(span[24..], count);
        WriteInt64LittleEndian(span[32..], count);
        WriteInt64LittleEndian(span[40..], records);
        WriteInt64LittleEndian(span[48..], Offset);
        var locator = span[End64Length..];
        WriteUInt32LittleEndian(locator, LocatorMark);
        WriteInt64LittleEndian(locator[8..], Offset + records);
        WriteInt32LittleEndian(locator[16..], 1);
        var last = locator[LocatorLength..];
        WriteUInt32LittleEndian(last, EndMark);
        last[8..20].Fill(byte.MaxValue);
        return end;
    }

    private static ZipDirectory Find64(Stream file, long offset)
    {
        if (offset < 0 || offset > file.Length - End64Length)
            throw Damaged();
        var end = new byte[End64Length];
        file.Position = offset;
        file.ReadExactly(end);
        return Mark(end, 0) == End64Mark
            ? new(ReadInt64LittleEndian(end.AsSpan(48)), ReadInt64LittleEndian(end.AsSpan(40)), ReadInt64LittleEndian(end.AsSpan(32)))
            : throw Damaged();
    }

    private static uint Mark(byte[] bytes, int at) => ReadUInt32LittleEndian(bytes.AsSpan(at));
}
