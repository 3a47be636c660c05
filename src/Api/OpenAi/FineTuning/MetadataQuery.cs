using System.Text.Json;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>The filter of a list of jobs: <c>metadata[key]=value</c> for each pair that must be there, or <c>metadata=null</c> for jobs without any.</summary>
/// <param name="Pairs">A JSON object; null for any.</param>
/// <param name="None">Only jobs that have none.</param>
sealed record MetadataQuery(string? Pairs, bool None)
{
    private const string Name = "metadata";

    /// <exception cref="ApiException">It is neither.</exception>
    public static MetadataQuery Of(IQueryCollection query)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var (name, values) in query)
            if (name.StartsWith(Name + "[", StringComparison.Ordinal) && name.EndsWith(']'))
                pairs[name[(Name.Length + 1)..^1]] = values.ToString();
        if (query.TryGetValue(Name, out var whole) && (whole != "null" || pairs.Count > 0))
            throw ApiException.BadRequest(Name, $"metadata is '{whole}'; it is a filter as metadata[key]=value, or null for jobs without metadata.");
        if (pairs.Any(p => p.Key.Contains('\0') || p.Value.Contains('\0')))
            throw ApiException.BadRequest(Name, "metadata holds a NUL character, which no job's does.");
        return new(pairs.Count > 0 ? JsonSerializer.Serialize(pairs) : null, whole == "null");
    }
}
