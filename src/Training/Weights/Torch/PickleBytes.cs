using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ContrastiveService.Training.Weights.Torch;

/// <summary>The bytes of a pickle, with an end that no length in them can pass.</summary>
/// <param name="stream">Read from its position on, and no further than needed.</param>
/// <param name="length">Most bytes that may be read.</param>
sealed class PickleBytes(Stream stream, long length)
{
    /// <summary>Longest pickle that is read: room for a hundred thousand tensors. Their elements are not in it.</summary>
    public const int MaxLength = 32 << 20;

    long left = Math.Min(length, MaxLength);

    public byte Byte()
    {
        var next = left > 0 ? stream.ReadByte() : -1;
        if (next < 0) throw new WeightsException("The file ends within its pickle, or the pickle is too long: it is cut short or no file of weights.");
        left--;
        return (byte)next;
    }

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    /// <summary>Little-endian in two's complement: a long where it fits, as nearly always.</summary>
    public object Integer(long bytes)
    {
        var value = new BigInteger(Bytes(bytes));
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    public string Text(long bytes) => Encoding.UTF8.GetString(Bytes(bytes));

    public string Line()
    {
        var line = new List<byte>();
        while (Byte() is var letter && letter != '\n') line.Add(letter);
        return Encoding.UTF8.GetString([.. line]);
    }

    public byte[] Bytes(long count)
    {
        if (count < 0 || count > left)
            throw new WeightsException(left == 0 || count < 0 ? "The pickle in the file is damaged or too long." : $"The pickle in the file asks for {count} bytes where {left} are left: it is damaged or too long.");
        var bytes = new byte[count];
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new WeightsException("The file ends within its pickle: it is cut short.", e);
        }
        left -= count;
        return bytes;
    }
}
