using System.Text.Json.Serialization;

namespace ContrastiveService.Api.Collections.Searching;

/// <param name="Model">The version that judged: <c>name:version</c>.</param>
/// <param name="Matches">Items that the filter and the minimum leave, of which <paramref name="Items"/> are the best. Null where an approximate index was asked that cannot know.</param>
/// <param name="Exact">Everything was compared, so that nothing nearer is missing.</param>
/// <param name="Reason">Why everything was compared, where the collection should be searched by an approximate index.</param>
/// <param name="Items">Best first; of equal ones that which was added first.</param>
public sealed record SearchView(
    string Collection,
    string Model,
    long? Matches,
    bool Exact,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    IReadOnlyList<FoundItem> Items);
