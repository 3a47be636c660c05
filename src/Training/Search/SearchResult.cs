namespace ContrastiveService.Training.Search;

/// <param name="Hits">The best k, best first.</param>
/// <param name="Matches">How many items are among those asked for and score the minimum or more.</param>
public sealed record SearchResult(Hit[] Hits, long Matches);
