using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Searching;

/// <param name="Hits">Best first.</param>
/// <param name="Matches">How many there are; null where an approximate index was asked, which does not know.</param>
/// <param name="Exact">Everything was compared.</param>
/// <param name="Reason">Why, where an approximate index is wanted.</param>
sealed record RoutedResult(Hit[] Hits, long? Matches, bool Exact, string? Reason);
