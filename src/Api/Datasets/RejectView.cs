namespace ContrastiveService.Api.Datasets;

/// <summary>An entry of an upload that was not taken.</summary>
/// <param name="Key">Its path in the archive, or its file name.</param>
/// <param name="Reason">Why.</param>
public sealed record RejectView(string Key, string Reason);
