namespace ContrastiveService.Api.Collections.Analysis;

/// <param name="Model">The version that judged: <c>name:version</c>.</param>
/// <param name="Compared">Items that were looked at.</param>
/// <param name="Items">Outliers: those least like their neighbours first. A subset: in the order of choice, so that its beginning is a subset as well.</param>
public sealed record JudgedView(string Collection, string Model, int Compared, IReadOnlyList<JudgedItem> Items);
