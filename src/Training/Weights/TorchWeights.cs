using ContrastiveService.Training.Weights.Torch;

namespace ContrastiveService.Training.Weights;

/// <summary>
/// Turns what Python's torch.save wrote into safetensors. Tensors in nested containers get the keys that lead to them as names (<c>state_dict.conv1.weight</c>);
/// views of one storage become tensors of their own; everything else in the file is left out. Nothing in it is run.
/// </summary>
public static class TorchWeights
{
    const int PieceBytes = 1 << 20;

    /// <param name="torch">The file, seekable.</param>
    /// <param name="safeTensors">Where to write. Memory holds a piece of one tensor, or the storage of one that is transposed or sliced.</param>
    /// <param name="maxBytes">Refuses to write more: a small file can describe a large tensor.</param>
    /// <exception cref="WeightsException">The file is damaged, too large, has no tensors, or asks for something to be run; the message names what.</exception>
    public static void Convert(Stream torch, Stream safeTensors, long maxBytes = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(torch);
        ArgumentNullException.ThrowIfNull(safeTensors);
        var file = TorchFile.Open(torch);
        var tensors = TorchTree.Tensors(file.Root).OrderByDescending(named => SafeTensorsDtype.SizeOf(named.Tensor.Storage.Dtype)).ToList();
        if (tensors.Count == 0) throw new WeightsException("There are no tensors in this file.");
        if (tensors.GroupBy(named => named.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Skip(1).Any()) is { } twice) throw new WeightsException($"Two tensors are called '{twice.Key}'.");

        var entries = new List<SafeTensorsEntry>(tensors.Count);
        var offset = 0L;
        foreach (var (name, tensor) in tensors)
        {
            var bytes = (Int128)tensor.Count * SafeTensorsDtype.SizeOf(tensor.Storage.Dtype);
            if (offset + bytes > maxBytes) throw new WeightsException($"Tensor '{name}' of shape ({string.Join(", ", tensor.Shape)}) brings the weights to {offset + bytes} bytes; at most {maxBytes} are taken.");
            entries.Add(new SafeTensorsEntry(name, tensor.Storage.Dtype, tensor.Shape, offset, offset + (long)bytes));
            offset += (long)bytes;
        }
        safeTensors.Write(SafeTensorsHeader.Encode(entries, new Dictionary<string, string> { ["format"] = "pt" }));
        foreach (var (_, tensor) in tensors.Where(named => named.Tensor.Count > 0)) Copy(file, tensor, safeTensors);
    }

    static void Copy(TorchFile file, TorchTensor tensor, Stream target)
    {
        var size = SafeTensorsDtype.SizeOf(tensor.Storage.Dtype);
        file.Stream.Position = file.Positions[tensor.Storage.Key] + (tensor.Storage.First + tensor.Offset) * size;
        if (tensor.IsContiguous)
        {
            var piece = new byte[Math.Min(PieceBytes, tensor.Count * size)];
            for (var left = tensor.Count * size; left > 0; left -= piece.Length)
            {
                var part = piece.AsSpan(0, (int)Math.Min(left, piece.Length));
                file.Stream.ReadExactly(part);
                target.Write(part);
            }
            return;
        }

        if (tensor.Span * size > Array.MaxLength) throw new WeightsException($"A tensor of shape ({string.Join(", ", tensor.Shape)}) is a view across {tensor.Span} elements, which is too far. Make it contiguous in Python.");
        var source = new byte[tensor.Span * size];
        file.Stream.ReadExactly(source);
        var gathered = new byte[PieceBytes];
        var filled = 0;
        foreach (var position in tensor.Positions())
        {
            source.AsSpan((int)(position * size), size).CopyTo(gathered.AsSpan(filled));
            if ((filled += size) < gathered.Length) continue;
            target.Write(gathered);
            filled = 0;
        }
        target.Write(gathered.AsSpan(0, filled));
    }
}
