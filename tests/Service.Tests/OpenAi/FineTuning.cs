using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Service.Tests.TrainingJobs;

namespace ContrastiveService.Service.Tests.OpenAi;

/// <summary>Fine-tuning jobs that stay queued, for no worker of the tests has a GPU.</summary>
static class FineTuning
{
    public const string Jobs = "/v1/fine_tuning/jobs";

    public static JsonObject Request(string dataset, string? more = null)
    {
        var request = JsonNode.Parse($$"""
            { "model": "seed-convnet", "training_file": "{{dataset}}", "hyperparameters": { "batch_size": 4 }, "plan": { "device": "gpu" } }
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(more ?? "{}")!.AsObject())
            request[name] = value?.DeepClone();
        return request;
    }

    public static async Task<JsonElement> CreateAsync(HttpClient http, string? more = null) => await SendAsync(http, Request((await QueuedJob.DatasetAsync(http)).Name, more)).JsonAsync();

    /// <param name="http">Speaks to the service.</param>
    /// <param name="request">The body.</param>
    /// <param name="headers">Beside it.</param>
    public static Task<HttpResponseMessage> SendAsync(HttpClient http, JsonObject request, params (string Name, string Value)[] headers)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, Jobs) { Content = JsonContent.Create(request) };
        foreach (var (name, value) in headers)
            message.Headers.Add(name, value);
        return http.SendAsync(message);
    }

    /// <summary>How many jobs there are on this data set.</summary>
    public static async Task<int> CountAsync(HttpClient http, string dataset) =>
        (await http.GetAsync($"{QueuedJob.Jobs}?limit=1000").JsonAsync()).Items().Count(j => j.Text("dataset") == dataset);
}
