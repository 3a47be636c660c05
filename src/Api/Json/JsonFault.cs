using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Json;

/// <summary>Says in the sender's terms (JSON paths, member names, kinds) why a body could not be read.</summary>
static class JsonFault
{
    /// <param name="fault">What the reader threw.</param>
    /// <param name="target">The type the body was read as, if it is known.</param>
    public static ApiException Describe(JsonException fault, Type? target)
    {
        var path = (fault.Path ?? "$").TrimStart('$').TrimStart('.');
        // A text that is not JSON fails in the reader, below the serializer, and only then has an inner exception of the reader's own.
        if (fault.InnerException is JsonException || target is null)
        {
            var line = fault.LineNumber is { } number ? $" (line {number + 1}, byte {fault.BytePositionInLine + 1})" : "";
            return ApiException.BadRequest(
                path, $"The body is not valid JSON{line}: {Shorten(fault.InnerException?.Message ?? fault.Message)}", "invalid_json");
        }

        if (fault.Message.StartsWith("Duplicate", StringComparison.Ordinal))
            return ApiException.BadRequest(path, $"The member '{path}' stands there twice.", "invalid_json");
        // A text that is no text, such as half of a surrogate pair, is found when it is read as one.
        if (fault.InnerException is InvalidOperationException { Message: var reason } && reason.Contains("surrogate", StringComparison.Ordinal))
            return ApiException.BadRequest(path, $"'{path}' cannot be read: {reason}", "invalid_value");
        var (parent, member) = Split(path);
        var info = Walk(target, parent);
        if (info?.Properties.FirstOrDefault(p => p.Name == member) is { } property)
            return ApiException.BadRequest(path, $"'{path}' must be {Kind(property.PropertyType)}.");
        if (info is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } value })
            return ApiException.BadRequest(path, $"'{path}' must be {Kind(value)}.");
        if (member.Length > 0 && info is { Kind: JsonTypeInfoKind.Object })
            return ApiException.BadRequest(
                path, $"There is no member '{path}'. There are: {string.Join(", ", info.Properties.Select(p => p.Name).Order(StringComparer.Ordinal))}.",
                "unknown_member");
        return ApiException.BadRequest(path, path.Length == 0 ? $"The body must be {Kind(target)}." : $"'{path}' has the wrong kind of value.");
    }

    private static (string Parent, string Member) Split(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 ? ("", path) : (path[..dot], path[(dot + 1)..]);
    }

    private static JsonTypeInfo? Walk(Type type, string path)
    {
        var info = ApiJson.Options.GetTypeInfo(type);
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (info.Properties.FirstOrDefault(p => p.Name == part) is not { } property)
                return null;
            info = ApiJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        }

        return info;
    }

    private static string Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return "one of: " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName));
        if (type == typeof(string))
            return "a string";
        if (type == typeof(bool))
            return "true or false";
        if (type == typeof(int) || type == typeof(long))
            return "a whole number";
        if (type.IsPrimitive)
            return "a number";
        return ApiJson.Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Enumerable ? "an array" : "an object";
    }

    private static string Shorten(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
