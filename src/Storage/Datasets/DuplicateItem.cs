namespace ContrastiveService.Storage.Datasets;

/// <summary>One of several items with the same content.</summary>
public sealed record DuplicateItem(string Key, string? Label, string? Domain, string? Split);
