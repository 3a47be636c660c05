using System.Text;
using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Search;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Collections.Items;

/// <summary>Items out of requests, their pictures embedded by the collection's own version.</summary>
sealed class ItemReader(ModelStore models, Embedder embedder, PictureReader pictures, IOptions<ApiOptions> options)
{
    private sealed record Draft(string Param, string Key, string Metadata, Picture? Picture, float[]? Vector, string? Dataset = null, string? DatasetKey = null);

    public async Task<IReadOnlyList<NewCollectionItem>> ReadAsync(Collection collection, ItemInput input, CancellationToken cancellationToken)
    {
        input.ReadFor ??= collection.ModelName();
        var drafts = input.Form is { } form
            ? await FromFormAsync(collection, form, cancellationToken)
            : await FromJsonAsync(collection, input.Body!, cancellationToken);
        if (input.ReadFor != collection.ModelName() && drafts.Find(draft => draft.Vector is not null) is { } vector)
            throw new ApiException(
                StatusCodes.Status409Conflict, "other_model",
                $"The collection '{collection.Name}' went over to {collection.ModelName()} while this was read, and {vector.Param}.vector was meant to be one of {input.ReadFor}. "
                + "Nothing was written; send a vector of that version, or the picture.", vector.Param + ".vector");
        var seen = new HashSet<string>();
        foreach (var draft in drafts)
            if (!seen.Add(draft.Key))
                throw ApiException.BadRequest(draft.Param + ".key", $"The key '{draft.Key}' stands there twice. Send each once.");
        var embedded = await EmbedAsync(collection, [.. drafts.Where(d => d.Picture is not null).Select(d => d.Picture!)], cancellationToken);
        return [.. drafts.Select(d => new NewCollectionItem(
            d.Key, d.Metadata, VectorFormat.Encode(d.Vector ?? embedded[d.Picture!.Param], collection.Half), d.Dataset, d.DatasetKey,
            collection.KeepPictures && d.Dataset is null ? d.Picture?.Bytes : null))];
    }

    /// <summary>Embeds pictures by the collection's version.</summary>
    /// <returns>Vectors of length 1 by the pictures' names.</returns>
    public async Task<IReadOnlyDictionary<string, float[]>> EmbedAsync(Collection collection, IReadOnlyList<Picture> of, CancellationToken cancellationToken)
    {
        if (of.Count == 0)
            return new Dictionary<string, float[]>();
        var embedded = await embedder.EmbedAsync(await models.OfAsync(collection, cancellationToken), of, cancellationToken);
        return of.Zip(embedded.Vectors).ToDictionary(pair => pair.First.Param, pair => VectorReader.Unit(pair.Second, pair.First.Param));
    }

    private async Task<List<Draft>> FromJsonAsync(Collection collection, UpsertItems body, CancellationToken cancellationToken)
    {
        await models.CheckModelAsync(collection, body.Model, cancellationToken);
        if (body.Items is not { Count: > 0 } items || items.Count > options.Value.MaxInputs)
            throw ApiException.BadRequest("items", $"items has {body.Items?.Count ?? 0} elements; 1 to {options.Value.MaxInputs} are taken (Api:MaxInputs).");
        var drafts = new List<Draft>(items.Count);
        for (var i = 0; i < items.Count; i++)
            drafts.Add(await FromJsonAsync(
                collection, items[i] ?? throw ApiException.BadRequest($"items[{i}]", $"items[{i}] is null; an object is needed."), $"items[{i}]", cancellationToken));
        return drafts;
    }

    private async Task<Draft> FromJsonAsync(Collection collection, UpsertItem item, string param, CancellationToken cancellationToken)
    {
        var (image, vector) = (Given(item.Image), Given(item.Vector));
        if (image is null == vector is null)
            throw ApiException.BadRequest(param, $"{param} needs either image or vector{(image is null ? "" : ", not both")}.");
        var metadata = MetadataReader.Read(item.Metadata, param + ".metadata", options.Value);
        if (vector is { } numbers)
            return new(param, Key(item.Key, param), metadata, null, VectorReader.Read(numbers, param + ".vector", collection));
        var picture = await pictures.ReadOneAsync(image!.Value, param + ".image", cancellationToken);
        return Reference(image.Value) is var (dataset, key)
            ? new(param, Key(item.Key ?? key, param), metadata, picture, null, dataset, key)
            : new(param, Key(item.Key, param), metadata, picture, null);
    }

    private async Task<List<Draft>> FromFormAsync(Collection collection, IFormCollection form, CancellationToken cancellationToken)
    {
        FormReader.Allow(form, "key", "metadata", "model");
        await models.CheckModelAsync(collection, form["model"].FirstOrDefault(), cancellationToken);
        var files = await FormPictures.ReadAllAsync(form, options.Value.MaxInputs, "Api:MaxInputs", cancellationToken);
        var (keys, texts) = (form["key"], form["metadata"]);
        if (keys.Count > 0 && keys.Count != files.Count)
            throw ApiException.BadRequest("key", $"There are {keys.Count} values of 'key' for {files.Count} files; send one for each file, or none to take the files' names.");
        if (texts.Count > 1 && texts.Count != files.Count)
            throw ApiException.BadRequest("metadata", $"There are {texts.Count} values of 'metadata' for {files.Count} files; send one for each file, or one for all.");
        return [.. files.Select((picture, i) => new Draft(
            picture.Param,
            Key(keys.Count > 0 ? keys[i] : form.Files[i].FileName, picture.Param),
            texts.Count == 0 ? "{}" : MetadataReader.Read(Parse(texts[texts.Count > 1 ? i : 0]!, "metadata"), "metadata", options.Value),
            picture,
            null))];
    }

    /// <summary>JSON in a form's field.</summary>
    public static JsonElement Parse(string text, string field)
    {
        try
        {
            return JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest(field, $"The field '{field}' is not JSON: {e.Message}", "invalid_json");
        }
    }

    /// <summary>A member that was sent and is not null.</summary>
    public static JsonElement? Given(JsonElement member) => member.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : member;

    private static string Key(string? key, string param) => key switch
    {
        null or "" => throw ApiException.BadRequest(param + ".key", $"{param}.key is needed: a text that names the item in the collection."),
        _ when Encoding.UTF8.GetByteCount(key) > NewItem.MaxKeyBytes =>
            throw ApiException.BadRequest(param + ".key", $"{param}.key is longer than {NewItem.MaxKeyBytes} bytes."),
        _ when key.Any(char.IsControl) => throw ApiException.BadRequest(param + ".key", $"{param}.key contains a control character."),
        _ => key,
    };

    private static (string Dataset, string Key)? Reference(JsonElement image) =>
        image.ValueKind == JsonValueKind.Object && image.TryGetProperty("dataset", out var dataset) ? (dataset.GetString()!, image.GetProperty("key").GetString()!) : null;
}
