namespace ContrastiveService.Training.Tests.Data;

/// <summary>JPEG files with four channels, which the drawing library reads but does not write.</summary>
internal static class JpegFile
{
    /// <summary>8 × 8 pixels of one colour, as Adobe's programs write it: each channel is 255 less its ink.</summary>
    public static byte[] Cmyk(byte c, byte m, byte y, byte k) =>
    [
        0xFF, 0xD8,
        0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0, // transform 0: CMYK as it is
        0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64), // with a step of 8 the first coefficient is the block's value less 128
        0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
        0xFF, 0xC4, 0, 28, 0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, // nine codes of four bits, for 0 to 8 bits of value
        0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // one code of one bit: no further coefficients
        0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0,
        .. Block(c, m, y, k),
        0xFF, 0xD9,
    ];

    private static IEnumerable<byte> Block(params byte[] channels)
    {
        var bits = "";
        foreach (var channel in channels)
        {
            var value = channel - 128;
            var length = value == 0 ? 0 : (int)Math.Log2(Math.Abs(value)) + 1;
            bits += $"{length:b4}";
            if (length > 0)
                bits += (value > 0 ? value : value + (1 << length) - 1).ToString($"b{length}", null);
            bits += "0";
        }

        foreach (var eight in bits.PadRight((bits.Length + 7) / 8 * 8, '1').Chunk(8))
        {
            var value = Convert.ToByte(new string(eight), 2);
            yield return value;
            if (value == 0xFF)
                yield return 0;
        }
    }
}
