namespace ContrastiveService.Storage.Datasets;

/// <summary>An entry of an upload that is not in the data set, and why.</summary>
public sealed record RejectedItem(long Id, string Key, string Reason);
