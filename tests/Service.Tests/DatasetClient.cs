using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests;

/// <summary>A fresh data set, and what tests do with it over HTTP.</summary>
sealed class DatasetClient(HttpClient http, string name)
{
    public string Name => name;

    public string Path => $"/api/v1/datasets/{name}";

    public static async Task<DatasetClient> CreateAsync(HttpClient http)
    {
        var name = $"set-{Guid.NewGuid():N}";
        await http.PostAsJsonAsync("/api/v1/datasets", new { name }).JsonAsync(HttpStatusCode.Created);
        return new DatasetClient(http, name);
    }

    public Task<JsonElement> GetAsync() => http.GetAsync(Path).JsonAsync();

    public async Task<IReadOnlyList<JsonElement>> ItemsAsync(string query = "") => (await http.GetAsync($"{Path}/items?limit=1000{query}").JsonAsync()).Items();

    public async Task<IReadOnlyDictionary<string, string>> RejectsAsync() =>
        (await http.GetAsync($"{Path}/rejects?limit=1000").JsonAsync()).Items().ToDictionary(r => r.Text("key")!, r => r.Text("reason")!);

    public Task<HttpResponseMessage> SendArchiveAsync(byte[] archive, string query = "", string mediaType = "application/octet-stream") =>
        http.PostAsync($"{Path}/archive{query}", new ByteArrayContent(archive) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } });

    /// <summary>Uploads an archive and waits until it is read.</summary>
    /// <returns>The import.</returns>
    public Task<JsonElement> ImportAsync(byte[] archive, string query = "") => FinishAsync(SendArchiveAsync(archive, query));

    /// <summary>Waits until an accepted upload is read.</summary>
    public async Task<JsonElement> FinishAsync(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        var location = response.Headers.Location.ShouldNotBeNull();
        JsonElement import = default;
        await Eventually.Get(
            "the import to end", async () => (import = await http.GetAsync(location).JsonAsync()).Text("state") is "succeeded" or "failed" ? location : null);
        return import;
    }
}
