namespace ContrastiveService.Storage.Datasets;

/// <summary>An image to add. <c>Bytes</c> is the file as it came; <c>Split</c> is train, val, test or null.</summary>
public sealed record NewItem(
    string Key, string? Label, string? Domain, string? Group, string? Split, string MediaType, int Width, int Height, int Channels, byte[] Bytes);
