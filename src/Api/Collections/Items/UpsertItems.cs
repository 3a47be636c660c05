using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Collections.Items;

/// <param name="Items">All are written, or none; a key that is there is replaced.</param>
/// <param name="Model">Makes sure that the collection is of this version: <c>name</c>, <c>name:version</c> or <c>name@alias</c>.</param>
/// <param name="OnError">With <c>report</c> an item that cannot be written keeps out itself alone.</param>
public sealed record UpsertItems(IReadOnlyList<UpsertItem?>? Items, string? Model, ErrorHandling OnError = ErrorHandling.Refuse);
