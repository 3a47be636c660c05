using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContrastiveService.Service.Tests.TrainingJobs;

/// <summary>A job that stays queued: it waits for a GPU, and no worker of the tests has one.</summary>
static class QueuedJob
{
    public const string Jobs = "/api/v1/training-jobs";

    /// <summary>A data set of a few pictures, two classes.</summary>
    public static async Task<DatasetClient> DatasetAsync(HttpClient http)
    {
        var set = await DatasetClient.CreateAsync(http);
        await set.ImportAsync(
            TestArchives.Zip([.. Enumerable.Range(0, 12).Select(i => ($"{(i % 2 == 0 ? "lying" : "standing")}/{i}.png", TestPictures.Bar(i, i)))]));
        return set;
    }

    public static JsonObject Request(string dataset, string? more = null)
    {
        var request = JsonNode.Parse($$"""
            { "dataset": "{{dataset}}", "method": { "type": "simclr" }, "backbone": { "type": "seed-convnet" }, "batchSize": 4, "device": "gpu" }
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(more ?? "{}")!.AsObject())
            request[name] = value?.DeepClone();
        return request;
    }

    public static async Task<JsonElement> CreateAsync(HttpClient http) =>
        await http.PostAsJsonAsync(Jobs, Request((await DatasetAsync(http)).Name)).JsonAsync(HttpStatusCode.Accepted);

    public static Task<JsonElement> CancelAsync(HttpClient http, JsonElement job) => http.PostAsync($"{Jobs}/{job.Text("id")}/cancel", null).JsonAsync();

    public static Task<JsonElement> ResumeAsync(HttpClient http, JsonElement job) =>
        http.PostAsync($"{Jobs}/{job.Text("id")}/resume", null).JsonAsync(HttpStatusCode.Accepted);
}
