using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>A condition on an item's metadata. Each is true or false of every item: of one without the member, only a <see cref="None"/> is true.</summary>
public abstract record MetadataFilter
{
    /// <summary>The member has this value: a string, number, boolean or null.</summary>
    public sealed record Equal(string Member, JsonElement Value) : MetadataFilter;

    /// <summary>The member is an array that holds this value.</summary>
    public sealed record Contains(string Member, JsonElement Value) : MetadataFilter;

    /// <summary>The member is of the value's kind, a number or a string, and stands so to it. Strings compare by their code points.</summary>
    public sealed record Compare(string Member, Comparison Operator, JsonElement Value) : MetadataFilter;

    public sealed record All(IReadOnlyList<MetadataFilter> Of) : MetadataFilter;

    public sealed record Any(IReadOnlyList<MetadataFilter> Of) : MetadataFilter;

    public sealed record None(MetadataFilter Of) : MetadataFilter;

    /// <summary>Writes the condition on collection_item, whatever is the caller's own as a parameter.</summary>
    internal string ToSql(NpgsqlParameterCollection parameters)
    {
        return this switch
        {
            // Containment is what the index on metadata answers.
            Equal f => $"metadata @> {Json(new JsonObject { [f.Member] = JsonNode.Parse(f.Value.GetRawText()) })}",
            Contains f => $"metadata @> {Json(new JsonObject { [f.Member] = new JsonArray(JsonNode.Parse(f.Value.GetRawText())) })}",
            Compare { Value.ValueKind: JsonValueKind.Number } f => $"coalesce(jsonb_typeof({Value(f)}) = 'number' and {Value(f)} {Sign(f)} {Json(JsonNode.Parse(f.Value.GetRawText())!)}, false)",
            Compare f => $"coalesce(jsonb_typeof({Value(f)}) = 'string' and ({Value(f)} #>> '{{}}') collate \"C\" {Sign(f)} {Text(f.Value.GetString()!)}, false)",
            All f => Join(f.Of, " and ", "true"),
            Any f => Join(f.Of, " or ", "false"),
            None f => $"not ({f.Of.ToSql(parameters)})",
            _ => throw new InvalidOperationException($"{GetType().Name} has no SQL."),
        };

        string Json(JsonNode value) => Text(value.ToJsonString()) + "::jsonb";
        string Value(Compare f) => $"(metadata -> {Text(f.Member)})";
        string Join(IReadOnlyList<MetadataFilter> parts, string with, string none) =>
            parts.Count == 0 ? none : string.Join(with, parts.Select(part => $"({part.ToSql(parameters)})"));

        string Text(string value)
        {
            parameters.Add(new() { Value = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            return $"${parameters.Count}::text";
        }
    }

    static string Sign(Compare f) => f.Operator switch
    {
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };
}
