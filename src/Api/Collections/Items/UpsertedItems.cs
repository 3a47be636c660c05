using System.Text.Json.Serialization;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Collections.Items;

/// <param name="Model">The version that made the vectors: <c>name:version</c>.</param>
/// <param name="Added">New keys.</param>
/// <param name="Updated">Keys that were there.</param>
/// <param name="Revision">The collection's, since this write; every search from now on sees it.</param>
/// <param name="Errors">One for each item that was not written, in their order; there only where they were asked for.</param>
public sealed record UpsertedItems(
    string Model, int Added, int Updated, long Revision, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ItemErrorView>? Errors);
