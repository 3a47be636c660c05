namespace ContrastiveService.Local.Rest;

/// <summary>What we read of a data set.</summary>
internal sealed record DatasetDetails(string Name, long Items, DatasetCounts Statistics);

/// <summary>Published pictures by split.</summary>
internal sealed record DatasetCounts(IReadOnlyDictionary<string, long> Splits);
