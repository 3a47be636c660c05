using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Json;
using ContrastiveService.Storage.Collections;

namespace ContrastiveService.Api.Collections;

/// <summary>
/// Conditions on metadata, as docs/search.md describes them: <c>{"label": "cat", "price": {"gte": 5, "lt": 10}}</c>, <c>{"label": {"in": ["cat", "dog"]}}</c>,
/// <c>{"tags": {"contains": "wet"}}</c>, <c>{"or": […]}</c>, <c>{"and": […]}</c>, <c>{"not": …}</c>.
/// </summary>
static class FilterReader
{
    private const string Known = "eq, in, contains, lt, lte, gt, gte";

    private const int MostValues = 1000, MostConditions = 1000, Deepest = 16;

    /// <returns>Null where there is no filter.</returns>
    /// <exception cref="ApiException">400: it is none; the message names the place.</exception>
    public static MetadataFilter? Read(JsonElement json)
    {
        if (!json.IsGiven)
            return null;
        var left = MostConditions;
        return Condition(json, "filter", 1, ref left);
    }

    private static MetadataFilter Condition(JsonElement json, string param, int depth, ref int left)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw ApiException.BadRequest(param, $"{param} must be an object: members with the values they must have, or and, or, not.");
        if (depth > Deepest)
            throw ApiException.BadRequest(param, $"{param} is nested more than {Deepest} deep.");
        var all = new List<MetadataFilter>();
        foreach (var member in json.EnumerateObject())
        {
            if (--left < 0)
                throw ApiException.BadRequest(param, $"The filter has more than {MostConditions} conditions.");
            if (!MetadataReader.IsText(() => member.Name))
                throw ApiException.BadRequest(param, $"{param} names a member with a zero character or half of a surrogate pair; there is none such.");
            var path = $"{param}.{member.Name}";
            all.Add(member.Name switch
            {
                "and" => new MetadataFilter.All(List(member.Value, path, depth, ref left)),
                "or" => new MetadataFilter.Any(List(member.Value, path, depth, ref left)),
                "not" => new MetadataFilter.None(Condition(member.Value, path, depth + 1, ref left)),
                _ when member.Value.ValueKind == JsonValueKind.Object => (MetadataFilter)Operators(member.Name, member.Value, path),
                _ => new MetadataFilter.Equal(member.Name, Scalar(member.Value, path)),
            });
        }

        return all.Count switch
        {
            0 => throw ApiException.BadRequest(param, $"{param} is empty. Leave it out to search all items."),
            1 => all[0],
            _ => new MetadataFilter.All(all),
        };
    }

    private static List<MetadataFilter> List(JsonElement json, string param, int depth, ref int left)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() == 0)
            throw ApiException.BadRequest(param, $"{param} must be an array of one or more conditions.");
        var list = new List<MetadataFilter>();
        foreach (var element in json.EnumerateArray())
            list.Add(Condition(element, $"{param}[{list.Count}]", depth + 1, ref left));
        return list;
    }

    private static MetadataFilter.All Operators(string member, JsonElement json, string param)
    {
        var all = new List<MetadataFilter>();
        foreach (var test in json.EnumerateObject())
        {
            if (!MetadataReader.IsText(() => test.Name))
                throw ApiException.BadRequest(param, $"{param} has an operator whose name is no text. There are: {Known}.", "unknown_member");
            var path = $"{param}.{test.Name}";
            all.Add(test.Name switch
            {
                "eq" => new MetadataFilter.Equal(member, Scalar(test.Value, path)),
                "in" => new MetadataFilter.Any([.. Values(test.Value, path).Select(value => new MetadataFilter.Equal(member, value))]),
                "contains" => new MetadataFilter.Contains(member, Scalar(test.Value, path)),
                "lt" => new MetadataFilter.Compare(member, Comparison.Less, Ordered(test.Value, path)),
                "lte" => new MetadataFilter.Compare(member, Comparison.LessOrEqual, Ordered(test.Value, path)),
                "gt" => new MetadataFilter.Compare(member, Comparison.Greater, Ordered(test.Value, path)),
                "gte" => new MetadataFilter.Compare(member, Comparison.GreaterOrEqual, Ordered(test.Value, path)),
                _ => throw ApiException.BadRequest(path, $"There is no operator '{test.Name}'. There are: {Known}.", "unknown_member"),
            });
        }

        return all.Count > 0 ? new MetadataFilter.All(all) : throw ApiException.BadRequest(param, $"{param} is empty; it takes {Known}.");
    }

    private static List<JsonElement> Values(JsonElement json, string param)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() is 0 or > MostValues)
            throw ApiException.BadRequest(param, $"{param} must be an array of 1 to {MostValues} values.");
        var values = new List<JsonElement>();
        foreach (var element in json.EnumerateArray())
            values.Add(Scalar(element, $"{param}[{values.Count}]"));
        return values;
    }

    private static JsonElement Scalar(JsonElement json, string param) =>
        MetadataReader.IsPlain(json) ? json : throw ApiException.BadRequest(param, $"{param} must be a string, a finite number, true, false or null.");

    private static JsonElement Ordered(JsonElement json, string param) =>
        json.ValueKind is JsonValueKind.Number or JsonValueKind.String && MetadataReader.IsPlain(json)
            ? json
            : throw ApiException.BadRequest(param, $"{param} must be a number or a string.");
}
