using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Api.Views;

/// <summary>The pictures of a preview: those that were named, or a choice by the seed.</summary>
sealed class PreviewPictures(DatasetItemStore items, ItemSample sample)
{
    /// <exception cref="ApiException">404: the data set has no item of a key.</exception>
    public async Task<IReadOnlyList<Picture>> ReadAsync(Dataset dataset, ViewPreviewPlan plan, CancellationToken cancellationToken)
    {
        var keys = plan.Items ?? await ChooseAsync(dataset, plan, cancellationToken);
        var pictures = new List<Picture>(keys.Length);
        foreach (var key in keys)
        {
            var (param, found) = ($"items[{pictures.Count}]", await items.ReadBytesAsync(dataset.Id, key, cancellationToken));
            pictures.Add(found is { Bytes: var bytes }
                ? new(param, bytes)
                : throw ApiException.NotFound(
                    "item_not_found", $"The data set '{dataset.Name}' has no item '{key}'. GET /api/v1/datasets/{dataset.Name}/items lists those there are.", param));
        }

        return pictures;
    }

    private async Task<string[]> ChooseAsync(Dataset dataset, ViewPreviewPlan plan, CancellationToken cancellationToken)
    {
        var random = new SeededRandom(plan.Seed, "preview");
        var places = Enumerable.Range(0, plan.Count).Select(_ => random.NextUnit()).ToArray();
        return [.. await sample.KeysAsync(dataset.Id, places, cancellationToken)];
    }
}
