namespace ContrastiveService.Storage.Collections;

/// <summary>
/// An item to write under its key. <c>Dataset</c> and <c>DatasetKey</c> say where its picture is stored, if it is; else <c>Picture</c> is kept with it. With neither, its
/// vector cannot be made anew by another model version.
/// </summary>
public sealed record NewCollectionItem(string Key, string Metadata, byte[] Vector, string? Dataset = null, string? DatasetKey = null, byte[]? Picture = null)
{
    internal bool HasPicture => Picture is not null || Dataset is not null;
}
