using System.Buffers.Binary;
using System.Text;

namespace ContrastiveService.Training.Weights.Torch;

/// <summary>
/// Where the entries of a zip archive lie (PKWARE APPNOTE 4.3, with zip64). PyTorch stores them uncompressed, so that a tensor can be read in place, which .NET's
/// own reader has no name for.
/// </summary>
static class ZipDirectory
{
    const int EndLength = 22, MostEntries = 1_000_000, MostDirectoryBytes = 256 << 20;

    /// <param name="file">Seekable.</param>
    /// <returns>Position and length of each entry's bytes, by name.</returns>
    /// <exception cref="WeightsException">It is damaged, or an entry is compressed.</exception>
    public static Dictionary<string, (long Position, long Length)> Read(Stream file)
    {
        try
        {
            var (count, position, length) = Locate(file);
            if (count > MostEntries || length > MostDirectoryBytes) throw new WeightsException($"The archive has {count} entries in a directory of {length} bytes: this is no file of weights.");
            var directory = At(file, position, length);
            var entries = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
            for (var (i, at) = (0L, 0); i < count; i++)
            {
                var (name, entry, next) = Entry(file, directory, at);
                if (!entries.TryAdd(name, entry)) throw new WeightsException($"The archive has two entries '{name}': it is damaged.");
                at = next;
            }
            return entries;
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new WeightsException("The archive's directory is damaged, or the file is cut short.", e);
        }
    }

    static (long Count, long Position, long Length) Locate(Stream file)
    {
        var tail = At(file, Math.Max(0, file.Length - EndLength - ushort.MaxValue), Math.Min(file.Length, EndLength + ushort.MaxValue));
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || end + EndLength > tail.Length) throw new WeightsException("The archive has no directory at its end: the file is cut short.");
        var found = (Count: (long)U16(tail, end + 10), Position: (long)U32(tail, end + 16), Length: (long)U32(tail, end + 12));
        if (found.Count != ushort.MaxValue && found.Position != uint.MaxValue && found.Length != uint.MaxValue) return found;
        var locator = tail.AsSpan(0, end).LastIndexOf("PK\u0006\u0007"u8);
        if (locator < 0) return found;
        var large = At(file, I64(tail, locator + 8), 56);
        return (I64(large, 32), I64(large, 48), I64(large, 40));
    }

    static (string Name, (long Position, long Length) Entry, int Next) Entry(Stream file, byte[] directory, int at)
    {
        if (U32(directory, at) != 0x02014b50) throw new ArgumentException("no entry here", nameof(at));
        var (nameLength, extraLength, commentLength) = (U16(directory, at + 28), U16(directory, at + 30), U16(directory, at + 32));
        var name = Encoding.UTF8.GetString(directory, at + 46, nameLength);
        if (U16(directory, at + 10) != 0 || (U16(directory, at + 8) & 1) != 0)
            throw new WeightsException($"The archive's entry '{name}' is compressed or encrypted; torch.save does neither. Load the file in Python and save it again.");
        long length = U32(directory, at + 24), header = U32(directory, at + 42);
        Large(directory.AsSpan(at + 46 + nameLength, extraLength), U32(directory, at + 20) == uint.MaxValue, ref length, ref header);

        var local = At(file, header, 30);
        if (U32(local, 0) != 0x04034b50) throw new ArgumentException("no entry there", nameof(at));
        var position = checked(header + 30 + U16(local, 26) + U16(local, 28));
        if (length < 0 || length > file.Length - position) throw new WeightsException($"The archive's entry '{name}' reaches beyond the end of the file: it is cut short.");
        return (name, (position, length), at + 46 + nameLength + extraLength + commentLength);
    }

    /// <summary>The values that do not fit into 32 bits, in the order in which they did not.</summary>
    static void Large(ReadOnlySpan<byte> extra, bool packedIsLarge, ref long length, ref long header)
    {
        while (extra.Length >= 4)
        {
            var (id, size) = (BinaryPrimitives.ReadUInt16LittleEndian(extra), BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]));
            if (id == 1)
            {
                var field = extra.Slice(4, size);
                if (length == uint.MaxValue) length = Next(ref field);
                if (packedIsLarge) Next(ref field);
                if (header == uint.MaxValue) header = Next(ref field);
                return;
            }
            extra = extra[(4 + size)..];
        }

        static long Next(ref ReadOnlySpan<byte> field)
        {
            var value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[8..];
            return value;
        }
    }

    static byte[] At(Stream file, long position, long length)
    {
        if (position < 0 || length < 0 || position + length > file.Length) throw new EndOfStreamException();
        var bytes = new byte[length];
        file.Position = position;
        file.ReadExactly(bytes);
        return bytes;
    }

    static int U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    static long I64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
