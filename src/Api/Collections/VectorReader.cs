using System.Runtime.InteropServices;
using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections;

/// <summary>Vectors out of requests: an array of numbers, or base64 of little-endian 32-bit floats, as <c>/api/v1/embeddings</c> writes both.</summary>
static class VectorReader
{
    /// <returns>Of the collection's width, scaled to length 1.</returns>
    /// <exception cref="ApiException">400: it is no vector, of another width, or without a direction.</exception>
    public static float[] Read(JsonElement json, string param, Collection collection)
    {
        var vector = json.ValueKind switch
        {
            JsonValueKind.Array => Numbers(json, param),
            JsonValueKind.String => Base64(json, param),
            _ => throw ApiException.BadRequest(param, $"{param} must be an array of {collection.Width} numbers, or base64 of as many little-endian 32-bit floats."),
        };
        if (vector.Length != collection.Width)
            throw ApiException.BadRequest(
                param, $"{param} has {vector.Length} numbers; the vectors of {collection.ModelName()} in '{collection.Name}' have {collection.Width}.", "wrong_width");
        return Unit(vector, param);
    }

    /// <exception cref="ApiException">400: it has no direction.</exception>
    public static float[] Unit(float[] vector, string param)
    {
        try
        {
            return VectorFormat.Unit(vector);
        }
        catch (VectorException e)
        {
            throw ApiException.BadRequest(param, $"{param} cannot be used as a vector. {e.Message}", "invalid_vector");
        }
    }

    private static float[] Numbers(JsonElement json, string param)
    {
        var numbers = new float[json.GetArrayLength()];
        var i = 0;
        foreach (var element in json.EnumerateArray())
            numbers[i++] = element.ValueKind == JsonValueKind.Number && element.TryGetSingle(out var number)
                ? number
                : throw ApiException.BadRequest($"{param}[{i - 1}]", $"{param}[{i - 1}] is {element.GetRawText()}; every element must be a number.");
        return numbers;
    }

    private static float[] Base64(JsonElement json, string param)
    {
        if (!json.TryGetBytesFromBase64(out var bytes) || bytes.Length % sizeof(float) != 0)
            throw ApiException.BadRequest(param, $"{param} is a string, but not base64 of little-endian 32-bit floats.");
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }
}
