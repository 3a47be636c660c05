using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>Files of this folder, embedded in the tests; README.md says where its numbers are from and how to add some.</summary>
public sealed class GoldenFile
{
    /// <summary>NaN and infinities stand as strings.</summary>
    public static JsonSerializerOptions Numbers { get; } = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals | JsonNumberHandling.AllowReadingFromString,
    };

    private readonly Dictionary<string, (JsonElement Case, JsonElement Arrays)> cases;

    private GoldenFile(params string[] names)
    {
        var roots = names.Select(Read).ToArray();
        cases = roots.SelectMany(root => root.GetProperty("cases").EnumerateArray().Select(c => (Case: c, Arrays: root.GetProperty("arrays"))))
            .ToDictionary(c => c.Case.GetProperty("id").GetString()!);
        Definitions = [.. roots.SelectMany(root => root.GetProperty("definitions").EnumerateObject().Select(d => d.Name))];
    }

    /// <summary>Losses and metrics, file by file of their families.</summary>
    public static GoldenFile Losses { get; } = new("contrast.json", "distillation.json", "clustering.json", "adaptation.json", "tasks.json");

    /// <summary>Steps of optimisers, schedules and moving averages.</summary>
    public static GoldenFile Optimizers { get; } = new("optimizers.json", "schedules.json");

    public IEnumerable<string> Ids => cases.Keys;

    public IReadOnlyList<string> Definitions { get; }

    /// <summary>A case with inputs of its own.</summary>
    public GoldenCase this[string id] => new(cases[id].Case, cases[id].Arrays);

    private static JsonElement Read(string name)
    {
        using var stream = typeof(GoldenFile).Assembly.GetManifestResourceStream($"Golden/{name}")
            ?? throw new FileNotFoundException($"Golden/{name} is not embedded.", name);
        return JsonDocument.Parse(stream).RootElement;
    }
}
