using System.Runtime.InteropServices;
using System.Text.Json;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>The file's arrays: <c>{shape, data | ints | f32le_b64}</c>, row-major.</summary>
public static class GoldenArray
{
    /// <summary>A float32 or int64 tensor.</summary>
    public static Tensor Read(JsonElement array)
    {
        var shape = array.GetProperty("shape").Deserialize<long[]>()!;
        if (array.TryGetProperty("ints", out var ints))
            return tensor(ints.Deserialize<long[]>()!).reshape(shape);
        if (array.TryGetProperty("f32le_b64", out var packed))
            return tensor(MemoryMarshal.Cast<byte, float>(packed.GetBytesFromBase64()).ToArray()).reshape(shape);
        return tensor(array.GetProperty("data").Deserialize<double[]>(GoldenFile.Numbers)!, dtype: ScalarType.Float32).reshape(shape);
    }
}
