using System.Buffers.Binary;

namespace ContrastiveService.Training.Weights;

/// <summary>Tells what a file of weights is.</summary>
public static class WeightsSniffer
{
    /// <param name="stream">Seekable; its position is moved.</param>
    public static WeightsFormat Sniff(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var head = new byte[16];
        stream.Position = 0;
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return head switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => WeightsFormat.Torch,
            // A pickle of protocol 2 that begins with a long of ten bytes: the magic number of the format before PyTorch 1.6.
            [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, ..] => WeightsFormat.Torch,
            [_, _, _, _, _, _, _, _, (byte)'{', ..] when BinaryPrimitives.ReadUInt64LittleEndian(head) <= SafeTensorsHeader.MaxLength => WeightsFormat.SafeTensors,
            _ => WeightsFormat.Unknown,
        };
    }
}
