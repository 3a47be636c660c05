using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace ContrastiveService.Training.Plans;

/// <summary>JSON schema of a plan's records: names, kinds, ranges, meanings and defaults, read from the records themselves.</summary>
public static class PlanSchema
{
    /// <summary>The schema of <paramref name="type"/>, a record with a constructor without arguments.</summary>
    public static JsonNode Of(Type type)
    {
        var schema = PlanJson.Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe });
        AddDefaults(schema, JsonSerializer.SerializeToNode(Activator.CreateInstance(type), type, PlanJson.Options));
        return schema;
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject node || context.PropertyInfo?.AttributeProvider is not MemberInfo member)
            return schema;
        if (member.GetCustomAttribute<DescriptionAttribute>() is { } description)
            node["description"] = description.Description;
        var target = node["items"] as JsonObject ?? node;
        if (member.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            target["minimum"] = JsonValue.Create(Convert.ToDouble(range.Minimum, System.Globalization.CultureInfo.InvariantCulture));
            target["maximum"] = JsonValue.Create(Convert.ToDouble(range.Maximum, System.Globalization.CultureInfo.InvariantCulture));
        }

        if (member.GetCustomAttribute<LengthAttribute>() is { } length)
        {
            node["minItems"] = length.MinimumLength;
            node["maxItems"] = length.MaximumLength;
        }

        return node;
    }

    private static void AddDefaults(JsonNode schema, JsonNode? defaults)
    {
        if (schema["properties"] is not JsonObject properties || defaults is not JsonObject values)
            return;
        foreach (var (name, property) in properties)
        {
            if (property is null || !values.TryGetPropertyValue(name, out var value))
                continue;
            if (value is JsonObject)
                AddDefaults(property, value);
            else if (property is JsonObject node)
                node["default"] = value?.DeepClone();
        }
    }
}
