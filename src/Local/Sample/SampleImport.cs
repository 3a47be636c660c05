using System.Text.Json.Nodes;
using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Terminal;

namespace ContrastiveService.Local.Sample;

/// <summary>Brings the sample pictures into the service, the way any user would.</summary>
internal sealed class SampleImport(ServiceClient service, IRunView view)
{
    private static readonly (string Part, string Split)[] Parts = [("train", "train"), ("t10k", "test")];

    /// <summary>Uploads what is not there yet.</summary>
    public async Task<DatasetDetails> EnsureAsync(FashionMnist sample, CancellationToken ct)
    {
        var path = $"datasets/{sample.Name}";
        if (await service.FindAsync<DatasetDetails>(path, ct) is null)
            await service.PostAsync<JsonObject>("datasets", new JsonObject { ["name"] = sample.Name, ["description"] = "Fashion-MNIST: ten kinds of clothing, 28×28, grey." }, ct);
        foreach (var (part, split) in Parts)
        {
            var there = (await service.GetAsync<DatasetDetails>(path, ct)).Statistics.Splits.GetValueOrDefault(split);
            if (there < IdxFile.Count(sample.Labels(part)))
                await UploadAsync(sample, part, split, ct);
        }

        var dataset = await service.GetAsync<DatasetDetails>(path, ct);
        view.Say($"Data set {dataset.Name}: {dataset.Items:#,0} pictures");
        return dataset;
    }

    private async Task UploadAsync(FashionMnist sample, string part, string split, CancellationToken ct)
    {
        view.Say($"Uploading the {split} pictures of {sample.Name}");
        var query = $"split={split}&prefix={split}/&labelNames={Uri.EscapeDataString(string.Join(',', FashionMnist.Classes))}";
        var import = await service.UploadAsync<ImportView>($"datasets/{sample.Name}/archive?{query}", [sample.Images(part), sample.Labels(part)], ct);
        while (import.State is "receiving" or "running")
        {
            await Task.Delay(200, ct);
            import = await service.GetAsync<ImportView>($"datasets/{sample.Name}/imports/{import.Id}", ct);
        }

        if (import.State != "succeeded")
            throw new LocalException($"The upload of {sample.Images(part)} failed: {import.Error}");
    }

    private sealed record ImportView(Guid Id, string State, string? Error);
}
