namespace ContrastiveService.Api.Datasets.Ingestion;

/// <param name="Path">A folder of the server, absolute, in one of those that <c>Api:ImportRoots</c> lists.</param>
/// <param name="Layout">auto (by depth), flat (folders mean nothing), label (label/file) or domain-label (domain/label/file).</param>
/// <param name="Split">train, val or test, for items whose path names none.</param>
/// <param name="Prefix">Put before every key.</param>
/// <param name="Duplicates">keep, or skip to leave out pictures whose content the data set has already.</param>
public sealed record ImportFolder(string? Path, string? Layout, string? Split, string? Prefix, string? Duplicates);
