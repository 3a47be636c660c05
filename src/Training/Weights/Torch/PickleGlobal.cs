using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights.Torch;

/// <summary>
/// What a pickle may name. Nothing is ever looked up or called by its name: each of these is understood here, and everything else is refused.
/// </summary>
sealed record PickleGlobal(PickleGlobal.Kind Meaning, ScalarType Dtype = default)
{
    public enum Kind
    {
        OrderedDictionary,
        Namespace,
        RebuildTensor,
        RebuildParameter,
        Size,
        Device,
        Name,
        Storage,
    }

    static readonly Dictionary<string, PickleGlobal> Known = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = new(Kind.OrderedDictionary),
        ["collections.Counter"] = new(Kind.OrderedDictionary),
        ["argparse.Namespace"] = new(Kind.Namespace),
        ["torch._utils._rebuild_tensor"] = new(Kind.RebuildTensor),
        ["torch._utils._rebuild_tensor_v2"] = new(Kind.RebuildTensor),
        ["torch._utils._rebuild_parameter"] = new(Kind.RebuildParameter),
        ["torch._utils._rebuild_parameter_with_state"] = new(Kind.RebuildParameter),
        ["torch.Size"] = new(Kind.Size),
        ["torch.device"] = new(Kind.Device),
        ["torch.float32"] = new(Kind.Name),
        ["torch.float16"] = new(Kind.Name),
        ["torch.bfloat16"] = new(Kind.Name),
        ["torch.float64"] = new(Kind.Name),
        ["torch.int64"] = new(Kind.Name),
        ["torch.FloatStorage"] = new(Kind.Storage, ScalarType.Float32),
        ["torch.DoubleStorage"] = new(Kind.Storage, ScalarType.Float64),
        ["torch.HalfStorage"] = new(Kind.Storage, ScalarType.Float16),
        ["torch.BFloat16Storage"] = new(Kind.Storage, ScalarType.BFloat16),
        ["torch.LongStorage"] = new(Kind.Storage, ScalarType.Int64),
        ["torch.IntStorage"] = new(Kind.Storage, ScalarType.Int32),
        ["torch.ShortStorage"] = new(Kind.Storage, ScalarType.Int16),
        ["torch.CharStorage"] = new(Kind.Storage, ScalarType.Int8),
        ["torch.ByteStorage"] = new(Kind.Storage, ScalarType.Byte),
        ["torch.BoolStorage"] = new(Kind.Storage, ScalarType.Bool),
    };

    /// <exception cref="WeightsException">It is none of those that are understood.</exception>
    public static PickleGlobal Of(string module, string name)
    {
        // Files that were written on a GPU before PyTorch 1.6 name its own storage classes.
        var plain = module == "torch.cuda" && name.EndsWith("Storage", StringComparison.Ordinal) ? "torch" : module;
        return Known.GetValueOrDefault($"{plain}.{name}") ?? throw new WeightsException(
            $"The file asks for '{module}.{name}', which is not run: only tensors and plain containers are read. Save the weights alone, in Python with torch.save(model.state_dict(), path), or as safetensors.");
    }
}
