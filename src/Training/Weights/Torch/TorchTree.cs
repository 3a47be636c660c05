using System.Globalization;

namespace ContrastiveService.Training.Weights.Torch;

/// <summary>The tensors among what a file holds, each named by the keys that lead to it with dots between.</summary>
static class TorchTree
{
    const int MostNodes = 4_000_000, Deepest = 32;

    /// <exception cref="WeightsException">Containers are nested too deeply or contain themselves.</exception>
    public static List<(string Name, TorchTensor Tensor)> Tensors(object? root)
    {
        var found = new List<(string, TorchTensor)>();
        var nodes = 0;
        Visit("", root, 0);
        return found;

        void Visit(string path, object? value, int depth)
        {
            if (++nodes > MostNodes || depth > Deepest) throw new WeightsException($"The file's containers contain themselves, or are nested more than {Deepest} deep: this is no file of weights.");
            switch (value)
            {
                case TorchTensor tensor:
                    found.Add((path.Length == 0 ? "tensor" : path, tensor));
                    break;
                case OrderedDictionary<object, object?> dictionary:
                    foreach (var (key, item) in dictionary) Visit(Join(path, Convert.ToString(key, CultureInfo.InvariantCulture)!), item, depth + 1);
                    break;
                case PickleNamespace names:
                    Visit(path, names.Fields, depth + 1);
                    break;
                case IReadOnlyList<object?> list:
                    for (var i = 0; i < list.Count; i++) Visit(Join(path, i.ToString(CultureInfo.InvariantCulture)), list[i], depth + 1);
                    break;
            }
        }
    }

    static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
