using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>A file of this folder, embedded in the tests; README.md says where its numbers are from and how to add some.</summary>
public sealed class GoldenFile
{
    /// <summary>NaN and infinities stand as strings.</summary>
    public static JsonSerializerOptions Numbers { get; } = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals | JsonNumberHandling.AllowReadingFromString,
    };

    private readonly JsonElement root;

    private GoldenFile(string name)
    {
        using var stream = typeof(GoldenFile).Assembly.GetManifestResourceStream($"Golden/{name}")
            ?? throw new FileNotFoundException($"Golden/{name} is not embedded.", name);
        root = JsonDocument.Parse(stream).RootElement;
    }

    public static GoldenFile Losses { get; } = new("losses.json");

    public static GoldenFile Optimizers { get; } = new("optimizers.json");

    public IEnumerable<string> Ids => root.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("id").GetString()!);

    public IEnumerable<string> Definitions => root.GetProperty("definitions").EnumerateObject().Select(d => d.Name);

    /// <summary>A case with inputs of its own.</summary>
    public GoldenCase this[string id] => new(root.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id), root.GetProperty("arrays"));
}
