namespace ContrastiveService.Api.Collections.Analysis;

/// <summary>Items that are joined by pairs with the minimum cosine, though not every two of them need have it.</summary>
/// <param name="Size">How many.</param>
/// <param name="Items">The first 100, in the order in which they were added, each with its cosine to the first.</param>
public sealed record NearGroup(int Size, IReadOnlyList<JudgedItem> Items);
