using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets;

/// <summary>A data set in a list.</summary>
/// <param name="Version">The last published version; 0 while nothing is in it.</param>
/// <param name="Items">Pictures in that version.</param>
/// <param name="Bytes">Their size as uploaded.</param>
public sealed record DatasetView(string Name, string? Description, int Version, long Items, long Bytes, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static DatasetView Of(Dataset d) => new(d.Name, d.Description, d.Version, d.Items, d.Bytes, d.CreatedAt, d.UpdatedAt);
}
