namespace ContrastiveService.Training.Weights;

/// <summary>Names that torchvision has changed since files with the old ones were published.</summary>
static class WeightsNames
{
    /// <summary>Until version 0.13 the linear layers of a transformer's block; the published weights of ViT still call them so.</summary>
    static readonly (string Old, string Now)[] Renamed = [(".mlp.linear_1.", ".mlp.0."), (".mlp.linear_2.", ".mlp.3.")];

    /// <summary>A file's tensors by the names of today.</summary>
    public static Dictionary<string, SafeTensorsEntry> Today(SafeTensorsHeader file)
    {
        var tensors = new Dictionary<string, SafeTensorsEntry>(StringComparer.Ordinal);
        foreach (var tensor in file.Tensors)
        {
            var name = Renamed.Aggregate(tensor.Name, (name, renamed) => name.Replace(renamed.Old, renamed.Now, StringComparison.Ordinal));
            if (!tensors.TryAdd(name, tensor)) throw new WeightsException($"The file has both '{name}' and its older name '{tensor.Name}'.");
        }
        return tensors;
    }
}
