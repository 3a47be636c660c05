namespace ContrastiveService.Storage.Collections;

/// <summary>An item to write under its key. <c>Dataset</c> and <c>DatasetKey</c> say where its picture is stored, if it is.</summary>
public sealed record NewCollectionItem(string Key, string Metadata, byte[] Vector, string? Dataset = null, string? DatasetKey = null);
