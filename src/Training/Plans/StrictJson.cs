using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ContrastiveService.Training.Methods;

namespace ContrastiveService.Training.Plans;

/// <summary>
/// Reads JSON into records and says everything that is wrong at once: members that do not exist (with those that do), values of the wrong kind, values out of
/// the range that the member's <c>[Range]</c>, <c>[Length]</c> or <c>[RegularExpression]</c> allows.
/// </summary>
public static class StrictJson
{
    /// <summary>Reads a value of type <typeparamref name="T"/>.</summary>
    /// <param name="json">The JSON value.</param>
    /// <param name="options">How names and enums are written.</param>
    /// <exception cref="PlanException">With one error for each culprit, named by its JSON path.</exception>
    public static T Read<T>(JsonNode? json, JsonSerializerOptions options)
    {
        var errors = new List<PlanError>();
        Check(json, typeof(T), "", options, errors, []);
        if (errors.Count > 0)
            throw new PlanException(errors);
        try
        {
            return json.Deserialize<T>(options) ?? throw new PlanException("", "A JSON object is needed here.");
        }
        catch (JsonException e)
        {
            throw new PlanException(e.Path?.TrimStart('$', '.') ?? "", e.Message);
        }
    }

    private static void Check(JsonNode? node, Type type, string path, JsonSerializerOptions options, List<PlanError> errors, IReadOnlyList<ValidationAttribute> rules)
    {
        if (node is null)
        {
            if (type.IsValueType && Nullable.GetUnderlyingType(type) is null)
                errors.Add(new(path, $"must be {Describe(type)}, not null."));
            return;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(MethodOptions) && FindMethod(node, path, errors) is not { } found)
            return;
        else if (type == typeof(MethodOptions))
            type = MethodCatalog.Find(node["type"]!.GetValue<string>()).OptionsType;

        var info = options.GetTypeInfo(type);
        if (info.Kind == JsonTypeInfoKind.Object && !typeof(JsonNode).IsAssignableFrom(type))
            CheckObject(node, info, path, options, errors);
        else if (info.Kind == JsonTypeInfoKind.Enumerable && node is JsonArray array)
            CheckArray(array, info, path, options, errors, rules);
        else
            CheckValue(node, type, path, options, errors, rules);
    }

    private static MethodDescriptor? FindMethod(JsonNode node, string path, List<PlanError> errors)
    {
        var names = string.Join(", ", MethodCatalog.All.Select(m => m.Name));
        if (node is not JsonObject method)
            errors.Add(new(path, $"must be an object with a `type`, one of: {names}."));
        else if (method["type"] is not JsonValue value || !value.TryGetValue<string>(out var name))
            errors.Add(new(Join(path, "type"), $"is missing; it is one of: {names}."));
        else if (MethodCatalog.All.FirstOrDefault(m => m.Name == name) is { } found)
            return found;
        else
            errors.Add(new(Join(path, "type"), $"There is no method '{name}'. There are: {names}."));
        return null;
    }

    private static void CheckObject(JsonNode node, JsonTypeInfo info, string path, JsonSerializerOptions options, List<PlanError> errors)
    {
        if (node is not JsonObject members)
        {
            errors.Add(new(path, "must be an object."));
            return;
        }

        var known = info.Properties.Where(p => p.Set is not null).ToDictionary(p => p.Name);
        foreach (var (name, value) in members)
        {
            if (name == "type" && info.Type.IsSubclassOf(typeof(MethodOptions)))
                continue;
            if (known.TryGetValue(name, out var property) && value is null && !property.IsSetNullable)
                errors.Add(new(Join(path, name), $"must be {Describe(property.PropertyType)}, not null."));
            else if (property is not null)
                Check(value, property.PropertyType, Join(path, name), options, errors, [.. Rules(property)]);
            else
                errors.Add(new(Join(path, name), $"There is no member '{name}'{(path.Length == 0 ? "" : $" in {path}")}. There are: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}."));
        }

        foreach (var missing in info.Properties.Where(p => p.IsRequired && !members.ContainsKey(p.Name)))
            errors.Add(new(Join(path, missing.Name), "is required."));
    }

    private static void CheckArray(JsonArray array, JsonTypeInfo info, string path, JsonSerializerOptions options, List<PlanError> errors, IReadOnlyList<ValidationAttribute> rules)
    {
        foreach (var rule in rules.OfType<LengthAttribute>().Where(r => array.Count < r.MinimumLength || array.Count > r.MaximumLength))
        {
            var wanted = rule.MinimumLength == rule.MaximumLength ? $"{rule.MinimumLength}" : $"{rule.MinimumLength} to {rule.MaximumLength}";
            errors.Add(new(path, $"must have {wanted} elements, has {array.Count}."));
        }

        for (var i = 0; i < array.Count; i++)
            Check(array[i], info.ElementType ?? typeof(object), $"{path}[{i}]", options, errors, [.. rules.Where(r => r is not LengthAttribute)]);
    }

    private static void CheckValue(JsonNode node, Type type, string path, JsonSerializerOptions options, List<PlanError> errors, IReadOnlyList<ValidationAttribute> rules)
    {
        object? value;
        try
        {
            value = node.Deserialize(type, options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            errors.Add(new(path, $"must be {Describe(type)}."));
            return;
        }

        foreach (var rule in rules.Where(r => value is not null and not ICollection && !r.IsValid(value)))
            errors.Add(new(path, $"is {node.ToJsonString()}; it must {Demand(rule)}."));
    }

    private static string Demand(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => FormattableString.Invariant($"be between {range.Minimum} and {range.Maximum}"),
        AllowedValuesAttribute allowed => "be one of: " + string.Join(", ", allowed.Values),
        RegularExpressionAttribute expression => $"match {expression.Pattern}",
        _ => throw new InvalidOperationException($"No words for {rule.GetType().Name}."),
    };

    private static IEnumerable<ValidationAttribute> Rules(JsonPropertyInfo property) =>
        property.AttributeProvider is MemberInfo member ? member.GetCustomAttributes<ValidationAttribute>() : [];

    private static string Describe(Type type)
    {
        if (type.IsEnum)
            return "one of: " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName));
        if (type == typeof(string))
            return "a string";
        if (type == typeof(bool))
            return "true or false";
        return type == typeof(int) || type == typeof(long) ? "a whole number" : type.IsPrimitive ? "a number" : type.IsArray ? "an array" : "an object";
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
