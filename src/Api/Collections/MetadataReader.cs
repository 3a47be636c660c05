using System.Text;
using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Json;

namespace ContrastiveService.Api.Collections;

/// <summary>What callers want to know of an item again: a JSON object.</summary>
static class MetadataReader
{
    /// <returns>The object as text; an empty one where there is none.</returns>
    /// <exception cref="ApiException">400: it is no object, too large, or holds what cannot be stored.</exception>
    public static string Read(JsonElement metadata, string param, ApiOptions limits)
    {
        if (!metadata.IsGiven)
            return "{}";
        if (metadata.ValueKind != JsonValueKind.Object)
            throw ApiException.BadRequest(param, $"{param} must be an object.");
        var text = metadata.GetRawText();
        if (Encoding.UTF8.GetByteCount(text) is var bytes && bytes > limits.MaxMetadataBytes)
            throw ApiException.BadRequest(param, $"{param} has {bytes} bytes; at most {limits.MaxMetadataBytes} are taken (Api:MaxMetadataBytes).", "too_large");
        Check(metadata, param);
        return text;
    }

    /// <summary>Whether it is a value without parts that the database takes as well: no zero character, no number beyond float64.</summary>
    public static bool IsPlain(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => IsText(json.GetString),
        JsonValueKind.Number => json.TryGetDouble(out var number) && double.IsFinite(number),
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => true,
        _ => false,
    };

    /// <summary>Whether it is text that can be stored: no zero character, and no half of a surrogate pair, which JSON can write and which cannot be read as text.</summary>
    public static bool IsText(Func<string?> read)
    {
        try
        {
            return !read()!.Contains('\0');
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void Check(JsonElement json, string param)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    if (!IsText(() => member.Name))
                        throw ApiException.BadRequest(param, $"{param} has a member whose name holds a zero character or half of a surrogate pair.");
                    Check(member.Value, $"{param}.{member.Name}");
                }

                break;
            case JsonValueKind.Array:
                var i = 0;
                foreach (var element in json.EnumerateArray())
                    Check(element, $"{param}[{i++}]");
                break;
            default:
                if (!IsPlain(json))
                    throw ApiException.BadRequest(param, $"{param} cannot be stored: it holds a zero character, half of a surrogate pair, or a number beyond 64-bit floats.");
                break;
        }
    }
}
