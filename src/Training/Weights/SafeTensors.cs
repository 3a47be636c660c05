using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights;

/// <summary>Writes and reads weights in the safetensors format, which Python loads too. At no time is more than one piece of one tensor copied.</summary>
public static class SafeTensors
{
    const long PieceElements = 8 << 20;

    /// <summary>Writes a whole file. Larger element types come first, so that every tensor is aligned to its own.</summary>
    /// <exception cref="WeightsException">A name appears twice, or a tensor has a type that the format lacks.</exception>
    public static void Write(Stream stream, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var ordered = tensors.OrderByDescending(named => named.Tensor.element_size()).ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<SafeTensorsEntry>(ordered.Count);
        var offset = 0L;
        foreach (var (name, tensor) in ordered)
        {
            if (!names.Add(name)) throw new WeightsException($"Two tensors are called '{name}'.");
            var length = tensor.numel() * tensor.element_size();
            entries.Add(new SafeTensorsEntry(name, tensor.dtype, tensor.shape, offset, offset + length));
            offset += length;
        }

        stream.Write(SafeTensorsHeader.Encode(entries, metadata));
        foreach (var (_, tensor) in ordered) WriteData(stream, tensor);
    }

    /// <summary>Reads and checks the table of contents from the stream's position on.</summary>
    /// <param name="stream">Seekable; everything from its position to its end is the file.</param>
    /// <exception cref="WeightsException">The file is damaged or of another format.</exception>
    public static SafeTensorsHeader ReadHeader(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return SafeTensorsHeader.Read(stream);
    }

    /// <summary>Reads one tensor, on the CPU.</summary>
    /// <exception cref="WeightsException">There is no tensor of that name, or the stream ends within it.</exception>
    public static Tensor Read(Stream stream, SafeTensorsHeader header, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(header);
        var entry = header.Find(name) ?? throw new WeightsException($"There is no tensor '{name}' among the {header.Tensors.Count} of this file.");
        using var scope = NewDisposeScope();
        var tensor = empty([.. entry.Shape], dtype: entry.Dtype);
        stream.Position = header.DataStart + entry.Begin;
        try
        {
            foreach (var piece in Pieces(tensor))
            {
                stream.ReadExactly(piece.bytes);
                piece.Dispose();
            }
        }
        catch (EndOfStreamException e)
        {
            throw new WeightsException($"The file ends within tensor '{name}'.", e);
        }
        return tensor.MoveToOuterDisposeScope();
    }

    static void WriteData(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        foreach (var piece in Pieces(tensor.detach().contiguous()))
        {
            using (piece)
            using (var onCpu = piece.cpu())
                stream.Write(onCpu.bytes);
        }
    }

    /// <summary>Views of a contiguous tensor, each small enough for a span.</summary>
    static IEnumerable<Tensor> Pieces(Tensor tensor)
    {
        var flat = tensor.view(-1);
        for (var start = 0L; start < flat.numel(); start += PieceElements)
            yield return flat.narrow(0, start, Math.Min(PieceElements, flat.numel() - start));
    }
}
