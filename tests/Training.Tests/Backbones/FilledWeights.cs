using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Backbones;

/// <summary>
/// Weights that anyone can make from a parameter's name and shape: FNV-1a of the name seeds SplitMix64; the scale depends on what the parameter is.
/// </summary>
static class FilledWeights
{
    public static void Fill(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        foreach (var (name, tensor) in module.state_dict()) tensor.copy_(Values(name, tensor.shape));
    }

    public static Tensor Values(string name, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        var seed = Encoding.UTF8.GetBytes(name).Aggregate(0xCBF29CE484222325, (hash, letter) => (hash ^ letter) * 0x100000001B3);
        var fanIn = (double)shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        var (least, spread) = name[(name.LastIndexOf('.') + 1)..] switch
        {
            "num_batches_tracked" => (0, 0),
            "running_mean" => Around(0.1),
            "running_var" => (0.75, 0.5),
            var part when part.EndsWith("bias", StringComparison.Ordinal) => Around(0.1),
            "layer_scale" => (0.5, 0.5),
            "class_token" or "pos_embedding" => Around(0.5),
            _ when shape.Length <= 1 => (0.75, 0.5),
            _ => Around(Math.Sqrt(6 / fanIn)),
        };
        for (var i = 0; i < values.Length; i++) values[i] = (float)(least + spread * Uniform(seed, i));
        return tensor(values).reshape(shape);

        static (double, double) Around(double bound) => (-bound, 2 * bound);
    }

    static double Uniform(ulong seed, int index)
    {
        var z = seed + (ulong)(index + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 40) * (1.0 / (1 << 24));
    }
}
