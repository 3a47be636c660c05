using System.Text.Json;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>One value, and perhaps gradients, that somebody else's code gave for known inputs.</summary>
public sealed class GoldenCase
{
    private readonly JsonElement json;
    private readonly JsonElement arrays;
    private readonly Dictionary<string, Tensor> inputs = [];

    internal GoldenCase(JsonElement json, JsonElement arrays)
    {
        this.json = json;
        this.arrays = arrays;
    }

    public string Id => json.GetProperty("id").GetString()!;

    /// <summary>Key of the formula in words.</summary>
    public string Definition => json.GetProperty("def").GetString()!;

    /// <summary>What the peer's float64 run gave; or what this project decided on, where the case has a <c>convention</c> that says why.</summary>
    public double Value => json.TryGetProperty("ours", out var ours) ? ours.GetDouble() : json.GetProperty("value").GetDouble();

    /// <summary>Whether the peer refuses this input, and so must we.</summary>
    public bool IsRefused => json.TryGetProperty("error", out _) && !json.TryGetProperty("ours", out _);

    /// <summary>Room for the rounding of float32 code: the project's own plus three times what the peer's float32 run shows, where that is a number.</summary>
    public double Tolerance => (1e-5 * Math.Max(1, Math.Abs(Value))) + (3 * PeerRounding);

    /// <summary>Names of the inputs whose gradient is known.</summary>
    public IEnumerable<string> Differentiated => json.TryGetProperty("grad", out var grad) ? grad.EnumerateObject().Select(g => g.Name) : [];

    /// <summary>An input, the same tensor each time; it wants a gradient if one is known.</summary>
    public Tensor this[string input]
    {
        get
        {
            if (!inputs.TryGetValue(input, out var tensor))
            {
                var array = json.GetProperty("inputs").GetProperty(input).GetString()!;
                tensor = GoldenArray.Read(arrays.GetProperty(array));
                if (NeedsFloat64 && tensor.is_floating_point())
                    tensor = tensor.to(ScalarType.Float64);
                inputs[input] = tensor.requires_grad_(Differentiated.Contains(input));
            }

            return tensor;
        }
    }

    public GoldenGradient Gradient(string input) =>
        new(
            json.GetProperty("grad").GetProperty(input),
            !NeedsFloat64 && json.TryGetProperty("grad_f32_max_abs_err", out var errors) && errors.TryGetProperty(input, out var error) ? error.GetDouble() : 0);

    public double Number(string hyper) => json.GetProperty("hyper").GetProperty(hyper).GetDouble();

    public double[] Numbers(string hyper) => json.GetProperty("hyper").GetProperty(hyper).Deserialize<double[]>()!;

    public bool Flag(string hyper) => json.GetProperty("hyper").GetProperty(hyper).GetBoolean();

    public string Text(string hyper) => json.GetProperty("hyper").GetProperty(hyper).GetString()!;

    public bool Has(string input) => json.GetProperty("inputs").TryGetProperty(input, out _);

    public bool HasHyper(string hyper) => json.TryGetProperty("hyper", out var all) && all.TryGetProperty(hyper, out _);

    /// <summary>Something else the peer gave.</summary>
    public JsonElement? Extra(string name) => json.TryGetProperty("extra", out var extra) && extra.TryGetProperty(name, out var value) ? value : null;

    /// <summary>No float32 can hold the value; peers' float32 runs ended in NaN.</summary>
    private bool NeedsFloat64 => Math.Abs(Value) > float.MaxValue;

    private double PeerRounding =>
        json.TryGetProperty("value_f32", out var rounded) && rounded.ValueKind == JsonValueKind.Number && !json.TryGetProperty("ours", out _)
            ? Math.Abs(Value - rounded.GetDouble())
            : 0;

    public override string ToString() => Id;
}
