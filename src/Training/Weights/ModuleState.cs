using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights;

/// <summary>A module's parameters and buffers by name, to and from a safetensors file.</summary>
public static class ModuleState
{
    /// <summary>Everything that the module must be given back, each name with <paramref name="prefix"/> before it. The tensors stay the module's.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(nn.Module module, string prefix)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.state_dict().Select(entry => (prefix + entry.Key, entry.Value));
    }

    /// <summary>Copies a file's tensors with this prefix into the module, wherever that is. Tensors without the prefix are left alone.</summary>
    /// <exception cref="WeightsException">A tensor is missing, is not the module's, or has another shape; the message names them. The module is then unchanged.</exception>
    public static void Load(nn.Module module, Stream stream, SafeTensorsHeader header, string prefix)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(header);
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var state = module.state_dict();
        var given = header.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(tensor => tensor.Name[prefix.Length..]);

        var wrong = new List<string>();
        wrong.AddRange(state.Keys.Except(given.Keys).Select(name => $"{prefix}{name} is missing"));
        wrong.AddRange(given.Keys.Except(state.Keys).Select(name => $"{prefix}{name} has no place"));
        wrong.AddRange(state.Where(entry => given.TryGetValue(entry.Key, out var tensor) && !tensor.Shape.SequenceEqual(entry.Value.shape))
            .Select(entry => $"{prefix}{entry.Key} has shape ({string.Join(", ", given[entry.Key].Shape)}) instead of ({string.Join(", ", entry.Value.shape)})"));
        if (wrong.Count > 0)
            throw new WeightsException($"The weights do not fit {module.GetName()}: {string.Join("; ", wrong.Take(5))}{(wrong.Count > 5 ? $"; and {wrong.Count - 5} more" : "")}.");

        foreach (var (name, target) in state)
        {
            using var loaded = SafeTensors.Read(stream, header, prefix + name);
            target.copy_(loaded);
        }
    }
}
