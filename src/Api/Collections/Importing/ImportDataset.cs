namespace ContrastiveService.Api.Collections.Importing;

/// <param name="Dataset">The data set, as it is now.</param>
/// <param name="Split">train, val or test: only this split.</param>
public sealed record ImportDataset(string? Dataset, string? Split);
