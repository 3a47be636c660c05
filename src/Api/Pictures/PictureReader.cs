using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ContrastiveService.Api.Datasets;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Pictures;

/// <summary>
/// Encoded pictures out of requests: a data URI; <c>{"image": data URI}</c>; <c>{"image_url": {"url": data URI}}</c>; or <c>{"dataset": …, "key": …}</c> for
/// one that is stored here.
/// </summary>
sealed class PictureReader(DatasetStore datasets, DatasetItemStore items)
{
    private const string Forms = "a data URI, {\"image\": data URI}, {\"image_url\": {\"url\": data URI}} or {\"dataset\": name, \"key\": key}";

    /// <summary>Reads one picture or an array of them.</summary>
    /// <param name="input">The request's member.</param>
    /// <param name="param">Its name.</param>
    /// <param name="most">Pictures allowed.</param>
    /// <param name="setting">What allows them, such as <c>Api:MaxInputs</c>.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <param name="handling">Whether a picture that cannot be read refuses all, or has a <see cref="Picture.Fault"/>.</param>
    /// <returns>One for each; their names in errors are <c>param</c> or <c>param[i]</c>.</returns>
    /// <exception cref="ApiException">There are none or too many; or one cannot be read, and the others are of no use without it.</exception>
    public async Task<IReadOnlyList<Picture>> ReadAsync(JsonElement input, string param, int most, string setting, CancellationToken cancellationToken, ErrorHandling handling = ErrorHandling.Refuse)
    {
        if (input.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            throw ApiException.BadRequest(param, $"{param} is needed: {Forms}, or an array of them.");
        if (input.ValueKind != JsonValueKind.Array)
            return [await ReadAsync(input, param, handling, cancellationToken)];
        var count = input.GetArrayLength();
        if (count == 0 || count > most)
            throw ApiException.BadRequest(param, $"{param} has {count} elements; 1 to {most} are taken ({setting}).");
        var pictures = new List<Picture>(count);
        foreach (var element in input.EnumerateArray())
            pictures.Add(await ReadAsync(element, $"{param}[{pictures.Count}]", handling, cancellationToken));
        return pictures;
    }

    private async Task<Picture> ReadAsync(JsonElement element, string param, ErrorHandling handling, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadOneAsync(element, param, cancellationToken);
        }
        catch (ApiException fault) when (handling == ErrorHandling.Report)
        {
            return new(param, []) { Fault = fault };
        }
    }

    /// <summary>Reads one picture.</summary>
    public async Task<Picture> ReadOneAsync(JsonElement element, string param, CancellationToken cancellationToken)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return new(param, FromText(element, param));
            case JsonValueKind.Object when element.TryGetProperty("image", out var image):
                Allow(element, param, "image");
                return new(param, FromText(image, param + ".image"));
            case JsonValueKind.Object when element.TryGetProperty("image_url", out var link):
                // OpenAI's own shapes carry a type beside it, and a detail inside.
                Allow(element, param, "image_url", "type");
                return new(
                    param, FromText(link.ValueKind == JsonValueKind.Object && link.TryGetProperty("url", out var url) ? url : link, param + ".image_url.url"));
            case JsonValueKind.Object when element.TryGetProperty("dataset", out _):
                Allow(element, param, "dataset", "key");
                return new(param, await FromDatasetAsync(element, param, cancellationToken));
            case JsonValueKind.Number or JsonValueKind.Array:
                throw ApiException.BadRequest(param, $"{param} is made of token numbers; this service embeds pictures: {Forms}.");
            case JsonValueKind.Undefined or JsonValueKind.Null:
                throw ApiException.BadRequest(param, $"{param} is needed: {Forms}.");
            default:
                throw ApiException.BadRequest(param, $"{param} is not a picture; one is {Forms}.");
        }
    }

    private static byte[] FromText(JsonElement text, string param)
    {
        if (text.ValueKind != JsonValueKind.String)
            throw ApiException.BadRequest(param, $"{param} must be a string: a data URI.");
        // Data URIs are large and plain ASCII, so they are decoded where they lie; only one with JSON escapes is copied first.
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return raw.Contains((byte)'\\') ? DataUri.Decode(Encoding.UTF8.GetBytes(text.GetString()!), param) : DataUri.Decode(raw, param);
    }

    private async Task<byte[]> FromDatasetAsync(JsonElement reference, string param, CancellationToken cancellationToken)
    {
        var name = Text(reference, "dataset", param);
        var key = Text(reference, "key", param);
        var dataset = await datasets.FindAsync(name, cancellationToken, param + ".dataset");
        return await items.ReadBytesAsync(dataset.Id, key, cancellationToken) is { Bytes: var bytes }
            ? bytes
            : throw ApiException.NotFound("item_not_found", $"The data set '{name}' has no item '{key}'.", param + ".key");
    }

    private static string Text(JsonElement reference, string member, string param) =>
        reference.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw ApiException.BadRequest($"{param}.{member}", $"{param}.{member} is needed, a string.");

    private static void Allow(JsonElement element, string param, params ReadOnlySpan<string> members)
    {
        foreach (var member in element.EnumerateObject())
            if (!members.Contains(member.Name))
                throw ApiException.BadRequest(
                    $"{param}.{member.Name}", $"There is no member '{member.Name}' in {param}. There are: {string.Join(", ", members!)}.", "unknown_member");
    }
}
