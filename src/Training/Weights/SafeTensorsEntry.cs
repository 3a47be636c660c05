using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Its element type.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
public sealed record SafeTensorsEntry(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Bytes of data.</summary>
    public long Length => End - Begin;

    /// <summary>Its elements.</summary>
    public long Count => Length / SafeTensorsDtype.SizeOf(Dtype);

    /// <summary>Its element type as the format spells it, such as <c>F32</c>.</summary>
    public string DtypeName => SafeTensorsDtype.NameOf(Name, Dtype);
}
