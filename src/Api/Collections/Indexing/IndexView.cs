using ContrastiveService.Storage.Collections.Hnsw;

namespace ContrastiveService.Api.Collections.Indexing;

/// <summary>How a collection is searched.</summary>
/// <param name="Choice">What was chosen: <c>auto</c> compares everything while that fits into memory, and goes on with <c>hnsw</c> beyond.</param>
/// <param name="Kind">What searches do now: <c>exact</c> compares everything, <c>hnsw</c> asks an approximate index in the database.</param>
/// <param name="State">Of what was chosen: <c>ready</c>; or, of an approximate index, <c>waiting</c>, <c>filling</c>, <c>building</c>, <c>measuring</c>, <c>behind</c>, <c>failed</c>.</param>
/// <param name="Reason">Why everything is compared although an approximate index is wanted.</param>
/// <param name="Progress">Of building, 0 to 1.</param>
/// <param name="RecallAt10">How many of the ten nearest it finds, 0 to 1.</param>
/// <param name="Sample">Items of the collection whose neighbours were looked for both ways to know that.</param>
/// <param name="MeasuredAt">When.</param>
public sealed record IndexView(
    IndexChoice Choice, string Kind, string State, string? Reason, double? Progress, double? RecallAt10, int? Sample, DateTime? MeasuredAt);
