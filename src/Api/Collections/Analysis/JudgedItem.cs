using System.Text.Json;

namespace ContrastiveService.Api.Collections.Analysis;

/// <param name="Cosine">In a group: to its first item. Of an outlier: the mean to its nearest neighbours. In a subset: the smallest of any item to its nearest chosen one, once
/// this one is chosen.</param>
public sealed record JudgedItem(string Key, double Cosine, JsonElement Metadata);
