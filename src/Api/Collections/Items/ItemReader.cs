using System.Text;
using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Search;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ContrastiveService.Api.Collections.Items;

/// <summary>Items out of requests, their pictures embedded by the collection's own version.</summary>
sealed class ItemReader(ModelDirectory models, Embedder embedder, PictureReader pictures, IOptions<ApiOptions> options)
{
    private sealed record Draft(string Param, string Key, string Metadata, Picture? Picture, float[]? Vector, string? Dataset = null, string? DatasetKey = null);

    /// <returns>What can be written, and what is wrong with the others.</returns>
    /// <exception cref="ApiException">The request is wrong as a whole; or an item is, and no errors were asked for.</exception>
    public async Task<ReadItems> ReadAsync(Collection collection, ItemInput input, CancellationToken cancellationToken)
    {
        input.ReadFor ??= collection.ModelName();
        var (drafts, faults) = input.Form is { } form
            ? await FromFormAsync(collection, form, cancellationToken)
            : await FromJsonAsync(collection, input.Body!, cancellationToken);
        if (input.ReadFor != collection.ModelName() && drafts.Find(draft => draft?.Vector is not null) is { } vector)
            throw new ApiException(
                StatusCodes.Status409Conflict, "other_model",
                $"The collection '{collection.Name}' went over to {collection.ModelName()} while this was read, and {vector.Param}.vector was meant to be one of {input.ReadFor}. "
                + "Nothing was written; send a vector of that version, or the picture.", vector.Param + ".vector");
        var seen = new HashSet<string>();
        foreach (var (i, draft) in drafts.Index())
            if (draft is not null && !seen.Add(draft.Key))
                faults.Add(i, ApiException.BadRequest(draft.Param + ".key", $"The key '{draft.Key}' stands there twice. Send each once."));
        var vectors = await VectorsAsync(collection, drafts, faults, cancellationToken);
        return new(
            [.. from d in drafts.Index()
                where faults[d.Index] is null
                select (d.Index, Make(collection, d.Item!, vectors[d.Index]!))],
            faults);
    }

    private static NewCollectionItem Make(Collection collection, Draft draft, float[] vector) => new(
        draft.Key, draft.Metadata, VectorFormat.Encode(vector, collection.Half), draft.Dataset, draft.DatasetKey,
        collection.KeepPictures && draft.Dataset is null ? draft.Picture?.Bytes : null);

    private async Task<float[]?[]> VectorsAsync(Collection collection, List<Draft?> drafts, ItemFaults faults, CancellationToken cancellationToken)
    {
        var vectors = drafts.Select(draft => draft?.Vector).ToArray();
        var pictured = drafts.Index().Where(d => faults[d.Index] is null && d.Item?.Picture is not null).Select(d => (Place: d.Index, Picture: d.Item!.Picture!)).ToArray();
        if (pictured.Length == 0)
            return vectors;
        var embedded = await embedder.EmbedAsync(await models.OfAsync(collection, cancellationToken), [.. pictured.Select(p => p.Picture)], cancellationToken, faults.Handling);
        foreach (var (i, (place, picture)) in pictured.Index())
        {
            if (embedded.Faults[i] is { } fault)
                faults.Add(place, fault);
            else
                vectors[place] = await faults.TryAsync(place, () => Task.FromResult(VectorReader.Unit(embedded.Vectors[i], picture.Param)));
        }

        return vectors;
    }

    /// <summary>Embeds a picture by the collection's version.</summary>
    /// <returns>A vector of length 1.</returns>
    public async Task<float[]> EmbedAsync(Collection collection, Picture picture, CancellationToken cancellationToken)
    {
        var embedded = await embedder.EmbedAsync(await models.OfAsync(collection, cancellationToken), [picture], cancellationToken);
        return VectorReader.Unit(embedded.Vectors[0], picture.Param);
    }

    private async Task<(List<Draft?> Drafts, ItemFaults Faults)> FromJsonAsync(Collection collection, UpsertItems body, CancellationToken cancellationToken)
    {
        await models.CheckModelAsync(collection, body.Model, cancellationToken);
        if (body.Items is not { Count: > 0 } items || items.Count > options.Value.MaxInputs)
            throw ApiException.BadRequest("items", $"items has {body.Items?.Count ?? 0} elements; 1 to {options.Value.MaxInputs} are taken (Api:MaxInputs).");
        var (drafts, faults) = (new List<Draft?>(items.Count), new ItemFaults(body.OnError));
        foreach (var (i, item) in items.Index())
            drafts.Add(await faults.TryAsync(i, () => FromJsonAsync(collection, item, $"items[{i}]", cancellationToken)));
        return (drafts, faults);
    }

    private async Task<Draft> FromJsonAsync(Collection collection, UpsertItem? item, string param, CancellationToken cancellationToken)
    {
        if (item is null)
            throw ApiException.BadRequest(param, $"{param} is null; an object is needed.");
        var (image, vector) = (item.Image.Given, item.Vector.Given);
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

    private async Task<(List<Draft?> Drafts, ItemFaults Faults)> FromFormAsync(Collection collection, IFormCollection form, CancellationToken cancellationToken)
    {
        FormReader.Allow(form, "key", "metadata", "model", "onError");
        var faults = new ItemFaults(FormFields.Handling(form["onError"].FirstOrDefault()));
        await models.CheckModelAsync(collection, form["model"].FirstOrDefault(), cancellationToken);
        var files = await FormPictures.ReadAllAsync(form, options.Value.MaxInputs, "Api:MaxInputs", cancellationToken);
        var (keys, texts) = (form["key"], form["metadata"]);
        if (keys.Count > 0 && keys.Count != files.Count)
            throw ApiException.BadRequest("key", $"There are {keys.Count} values of 'key' for {files.Count} files; send one for each file, or none to take the files' names.");
        if (texts.Count > 1 && texts.Count != files.Count)
            throw ApiException.BadRequest("metadata", $"There are {texts.Count} values of 'metadata' for {files.Count} files; send one for each file, or one for all.");
        var drafts = new List<Draft?>(files.Count);
        foreach (var (i, picture) in files.Index())
            drafts.Add(await faults.TryAsync(i, () => Task.FromResult(new Draft(
                picture.Param,
                Key(keys.Count > 0 ? keys[i] : form.Files[i].FileName, picture.Param),
                texts.Count == 0 ? "{}" : Metadata(texts, i),
                picture,
                null))));
        return (drafts, faults);
    }

    private string Metadata(StringValues texts, int file)
    {
        var (text, field) = texts.Count > 1 ? (texts[file], $"metadata[{file}]") : (texts[0], "metadata");
        return MetadataReader.Read(Parse(text!, field), field, options.Value);
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
