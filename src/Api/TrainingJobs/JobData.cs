using System.Text.Json;
using ContrastiveService.Api.Datasets;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>What a request wants to train on: its data set, that of its target domain where it is another one, and what is known of both.</summary>
sealed record JobData(Dataset Dataset, Dataset? TargetDataset, DatasetFacts Facts)
{
    private const string SourceParam = "domains.source", TargetParam = "domains.target", TargetDatasetParam = "domains.targetDataset";

    /// <exception cref="ApiException">A data set is not named or not there.</exception>
    /// <exception cref="PlanException">A data set or a domain has no pictures, or the domains are not two.</exception>
    public static async Task<JobData> FindAsync(JsonElement request, DatasetStore datasets, CancellationToken cancellationToken)
    {
        var name = Text(request, "dataset") ?? throw ApiException.BadRequest("dataset", "dataset is needed: the name of the data set to train on.");
        var dataset = await datasets.FindAsync(name, cancellationToken, "dataset");
        if (Domains(request) is not { } domains)
            return new(dataset, null, await FactsAsync(datasets, dataset, "dataset", null, null, cancellationToken));

        var (source, target) = (Text(domains, "source"), Text(domains, "target"));
        var other = Text(domains, "targetDataset") is { } otherName && otherName != name ? await datasets.FindAsync(otherName, cancellationToken, TargetDatasetParam) : null;
        if (other is null && (source is null || target is null || source == target))
        {
            throw new PlanException(
                source is null ? SourceParam : TargetParam,
                $"Two domains are needed. Name two of '{name}' (domains.source and domains.target; {await ListAsync(datasets, dataset, cancellationToken)}), or a second data set (domains.targetDataset).");
        }

        var facts = await FactsAsync(datasets, dataset, "dataset", SourceParam, source, cancellationToken);
        var targetFacts = await FactsAsync(datasets, other ?? dataset, other is null ? "dataset" : TargetDatasetParam, TargetParam, target, cancellationToken);
        return new(dataset, other, facts with { Target = targetFacts });
    }

    private static async Task<DatasetFacts> FactsAsync(
        DatasetStore datasets, Dataset dataset, string param, string? domainParam, string? domain, CancellationToken cancellationToken)
    {
        if (dataset.Items == 0)
            throw new PlanException(param, $"'{dataset.Name}' has no pictures. Upload some first.");
        var s = await datasets.StatisticsAsync(dataset.Id, dataset.Version, cancellationToken, domain);
        if (domain is not null && s.Items == 0)
            throw new PlanException(domainParam!, $"'{dataset.Name}' has no pictures of the domain '{domain}'; {await ListAsync(datasets, dataset, cancellationToken)}.");
        return new DatasetFacts(s.Training.Items, s.Training.Labeled, s.Training.Classes, s.Channels, s.Width, s.Height)
        {
            Grouped = s.Training.Items > 0 && s.Training.Grouped == s.Training.Items,
        };
    }

    private static async Task<string> ListAsync(DatasetStore datasets, Dataset dataset, CancellationToken cancellationToken)
    {
        var there = (await datasets.StatisticsAsync(dataset.Id, dataset.Version, cancellationToken)).Domains.Keys;
        return there.Any() ? $"it has {string.Join(", ", there)}" : "its pictures have none: upload them with one, or in folders domain/label/file";
    }

    private static JsonElement? Domains(JsonElement request) =>
        request.TryGetProperty("domains", out var domains) && domains.ValueKind == JsonValueKind.Object ? domains : null;

    // What is not a text is left to the plan, which says what is wrong with it.
    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
