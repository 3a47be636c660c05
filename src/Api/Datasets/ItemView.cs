using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets;

/// <summary>A picture of a data set.</summary>
/// <param name="Image">Where its bytes are.</param>
public sealed record ItemView(
    string Key, string? Label, string? Domain, string? Group, string? Split, string MediaType, int Width, int Height, int Channels, int Bytes, string Sha256,
    int Version, string Image)
{
    public static ItemView Of(string dataset, DatasetItem i) =>
        new(
            i.Key, i.Label, i.Domain, i.Group, i.Split, i.MediaType, i.Width, i.Height, i.Channels, i.Bytes, i.Sha256, i.Version,
            $"/api/v1/datasets/{dataset}/items/{Uri.EscapeDataString(i.Key)}/image");
}
