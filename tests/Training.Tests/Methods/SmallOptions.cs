using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>A method's defaults with small heads, queues and prototypes, so that a test of any method takes a moment. Sizes are known by their names.</summary>
internal static class SmallOptions
{
    private static readonly (string Name, int Small)[] Sizes = [("width", 16), ("prototypes", 12), ("queue", 24)];

    public static JsonObject Json(MethodDescriptor method)
    {
        var json = JsonSerializer.SerializeToNode<MethodOptions>(method.DefaultOptions, PlanJson.Options)!.AsObject();
        foreach (var option in method.OptionsType.GetProperties().Where(p => (Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType) == typeof(int)))
        {
            var name = PlanJson.Options.PropertyNamingPolicy!.ConvertName(option.Name);
            foreach (var (part, small) in Sizes)
            {
                if (name.EndsWith(part, StringComparison.OrdinalIgnoreCase) && json.ContainsKey(name))
                    json[name] = small;
            }
        }

        return json;
    }

    public static MethodOptions Of(MethodDescriptor method) => StrictJson.Read<MethodOptions>(Json(method), PlanJson.Options);
}
