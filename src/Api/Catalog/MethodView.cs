using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods;

namespace ContrastiveService.Api.Catalog;

/// <summary>A way of learning.</summary>
/// <param name="Type">The value of <c>method.type</c>.</param>
/// <param name="Needs">The data that it asks for, with its default options.</param>
/// <param name="Options">JSON schema of the other members of <c>method</c>, with ranges, meanings and defaults.</param>
public sealed record MethodView(string Type, string Summary, string Paper, DataNeeds Needs, JsonNode Options)
{
    public static MethodView Of(MethodDescriptor m) => new(m.Name, m.Summary, m.Paper, DataNeeds.Of(m.DefaultOptions), m.OptionsSchema);
}
