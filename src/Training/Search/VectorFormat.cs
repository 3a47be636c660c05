using System.Buffers.Binary;

namespace ContrastiveService.Training.Search;

/// <summary>Unit vectors and how they are stored: little-endian float32, or float16.</summary>
public static class VectorFormat
{
    /// <summary>Scales a vector to length 1.</summary>
    /// <returns>A new vector of the same direction.</returns>
    /// <exception cref="VectorException">A number is not finite, or all are zero.</exception>
    public static float[] Unit(ReadOnlySpan<float> vector)
    {
        // In float64, which holds the square of every float32 and the sum of any number of them.
        var squares = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
                throw new VectorException($"Element {i} is {vector[i]}; every element must be a finite number.");
            squares += (double)vector[i] * vector[i];
        }

        if (squares == 0)
            throw new VectorException("All elements are zero: such a vector has no direction, and so no cosine with another.");
        var unit = new float[vector.Length];
        var scale = 1 / Math.Sqrt(squares);
        for (var i = 0; i < unit.Length; i++)
            unit[i] = (float)(vector[i] * scale);
        return unit;
    }

    /// <summary>Bytes of a stored vector: four a number, or two.</summary>
    public static int Bytes(int width, bool half) => width * (half ? 2 : 4);

    /// <summary>Little-endian, number by number.</summary>
    /// <param name="unit">Of length 1; float16 rounds each number to about three digits.</param>
    /// <param name="half">As float16.</param>
    public static byte[] Encode(ReadOnlySpan<float> unit, bool half)
    {
        var bytes = new byte[Bytes(unit.Length, half)];
        for (var i = 0; i < unit.Length; i++)
        {
            if (half)
                BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)unit[i]);
            else
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), unit[i]);
        }

        return bytes;
    }

    /// <summary>What <see cref="Encode"/> made.</summary>
    public static float[] Decode(ReadOnlySpan<byte> bytes, bool half)
    {
        var vector = new float[bytes.Length / (half ? 2 : 4)];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = half ? (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]) : BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        return vector;
    }
}
