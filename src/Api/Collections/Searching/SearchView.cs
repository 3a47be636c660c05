namespace ContrastiveService.Api.Collections.Searching;

/// <param name="Model">The version that judged: <c>name:version</c>.</param>
/// <param name="Matches">Items that the filter and the minimum leave, of which <paramref name="Items"/> are the best.</param>
/// <param name="Items">Best first; of equal ones that which was added first.</param>
public sealed record SearchView(string Collection, string Model, long Matches, IReadOnlyList<FoundItem> Items);
