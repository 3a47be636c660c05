namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>An item as written at a place, with its encoded picture; null where there is none any more, or never was.</summary>
public sealed record SourceItem(long Id, long Revision, string Key, string? Dataset, string? DatasetKey, byte[]? Picture)
{
    public WritePlace Place => new(Revision, Id);
}
