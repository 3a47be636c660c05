namespace ContrastiveService.Api.Collections.Analysis;

/// <param name="Model">The version that judged: <c>name:version</c>.</param>
/// <param name="Items">Items that were compared, each with every other.</param>
/// <param name="Groups">How many groups there are; <paramref name="Listed"/> has the largest.</param>
/// <param name="Grouped">Items in any group.</param>
public sealed record DuplicatesView(string Collection, string Model, int Items, int Groups, int Grouped, IReadOnlyList<NearGroup> Listed);
