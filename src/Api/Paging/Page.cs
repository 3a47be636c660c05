namespace ContrastiveService.Api.Paging;

/// <summary>A page of a list.</summary>
/// <param name="Items">At most the limit asked for.</param>
/// <param name="NextCursor">Give it back as <c>cursor</c> for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
