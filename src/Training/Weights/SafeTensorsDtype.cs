using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights;

/// <summary>The element types of the format that libtorch has too.</summary>
static class SafeTensorsDtype
{
    static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <exception cref="WeightsException">The type is unknown.</exception>
    public static ScalarType Parse(string tensor, string name) =>
        Known.FirstOrDefault(dtype => dtype.Name == name) is { Name: not null } found
            ? found.Type
            : throw new WeightsException($"Tensor '{tensor}' has the element type '{name}'. Known are {string.Join(", ", Known.Select(dtype => dtype.Name))}.");

    /// <exception cref="WeightsException">The format has no such type.</exception>
    public static string NameOf(string tensor, ScalarType type) =>
        Known.FirstOrDefault(dtype => dtype.Type == type) is { Name: not null } found
            ? found.Name
            : throw new WeightsException($"Tensor '{tensor}' is {type}, which safetensors cannot hold.");

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(ScalarType type) => Known.First(dtype => dtype.Type == type).Size;
}
