using System.Text.Json.Nodes;
using ContrastiveService.Training;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Bench.Methods;

/// <summary>What one row of the methods' table trains: a method of the catalog on the family's common plan, with what bench/methods.json says besides.</summary>
/// <param name="Name">The row's name: the method's, or a variant's.</param>
/// <param name="Data">What it trains on.</param>
/// <param name="Request">The job as one would ask for it.</param>
internal sealed record MethodRecipe(string Name, MethodData Data, JsonObject Request)
{
    private const string File = "bench/methods.json";

    /// <summary>Every method of the catalog, then the variants that the file adds.</summary>
    /// <exception cref="InvalidDataException">The file names a method that there is not.</exception>
    public static IReadOnlyList<MethodRecipe> All()
    {
        var file = JsonNode.Parse(System.IO.File.ReadAllText(File))!.AsObject();
        var own = file["methods"]!.AsObject();
        var names = MethodCatalog.All.Select(m => m.Name).Concat(own.Select(o => o.Key)).Distinct();
        return [.. names.Select(name => Of(name, own[name] as JsonObject ?? [], file)).OfType<MethodRecipe>()];
    }

    /// <summary>The full plan on so many pictures.</summary>
    public TrainingPlan Plan(long seed)
    {
        var request = Request.DeepClone().AsObject();
        request["seed"] = seed;
        using var json = System.Text.Json.JsonDocument.Parse(request.ToJsonString());
        return TrainingPlan.Resolve(json.RootElement, Data.Facts());
    }

    private static MethodRecipe? Of(string name, JsonObject own, JsonObject file)
    {
        if ((bool?)own["skip"] == true)
            return null;
        var request = own["plan"]?.DeepClone().AsObject() ?? [];
        var method = request["method"] as JsonObject ?? [];
        method["type"] ??= name;
        request["method"] = method.Parent is null ? method : method.DeepClone();
        var descriptor = MethodCatalog.Find((string)method["type"]!);
        var data = own["data"] is { } kind ? MethodData.Named((string)kind!) : MethodData.For(descriptor.DefaultOptions);
        var merged = file[data.Family]!.DeepClone().AsObject();
        Lay(request, merged);
        merged["dataset"] = data.Name;
        return new(name, data, merged);
    }

    private static void Lay(JsonObject over, JsonObject under)
    {
        foreach (var (name, value) in over)
        {
            if (value is JsonObject inner && under[name] is JsonObject target)
                Lay(inner, target);
            else
                under[name] = value?.DeepClone();
        }
    }
}
