using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

/// <summary>Reads an embedded NumPy array of little-endian float32, version 1.0 of the format.</summary>
static partial class NpyFile
{
    public static Tensor Read(string name)
    {
        using var stream = typeof(NpyFile).Assembly.GetManifestResourceStream($"Golden/Backbones/{name}") ?? throw new FileNotFoundException($"{name} is not embedded.", name);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var header = Encoding.ASCII.GetString(bytes, 10, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)));
        header.ShouldContain("'descr': '<f4', 'fortran_order': False");
        var shape = Shape().Match(header).Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(size => long.Parse(size, CultureInfo.InvariantCulture));
        return tensor(MemoryMarshal.Cast<byte, float>(bytes.AsSpan(10 + header.Length)).ToArray()).reshape([.. shape]);
    }

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex Shape();
}
