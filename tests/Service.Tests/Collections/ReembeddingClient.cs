using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Collections;

/// <summary>Re-embeddings over HTTP, and what vectors must be afterwards.</summary>
sealed class ReembeddingClient(HttpClient http, CollectionClient collection)
{
    public async Task<string> StartAsync(object body) => (await collection.PostAsync("re-embeddings", body).JsonAsync(HttpStatusCode.Accepted)).Text("id")!;

    public Task<JsonElement> GetAsync(string id) => http.GetAsync($"{collection.Path}/re-embeddings/{id}").JsonAsync();

    public async Task<JsonElement> EndAsync(string id)
    {
        JsonElement now = default;
        await Eventually.Is("the re-embedding to end", async () => (now = await GetAsync(id)).Text("state") is not ("queued" or "running"));
        return now;
    }

    public async Task<JsonElement> SucceedAsync(object body)
    {
        var ended = await EndAsync(await StartAsync(body));
        ended.Text("state").ShouldBe("succeeded", ended.GetRawText());
        return ended;
    }

    public async Task<IReadOnlyList<JsonElement>> FailuresAsync(string id) => (await http.GetAsync($"{collection.Path}/re-embeddings/{id}/failures").JsonAsync()).Items();

    /// <summary>The vectors of all items by key.</summary>
    public async Task<IReadOnlyDictionary<string, float[]>> VectorsAsync() =>
        (await http.GetAsync($"{collection.Path}/items?vector=true&limit=1000").JsonAsync()).Items().ToDictionary(item => item.Text("key")!, item => Numbers(item.GetProperty("vector")));

    /// <summary>What a model makes of pictures.</summary>
    public async Task<IReadOnlyList<float[]>> EmbedAsync(string model, IEnumerable<int> pictures) =>
        [.. (await http.PostAsJsonAsync("/api/v1/embeddings", new { model, input = pictures.Select(i => TestPictures.DataUri(TrainedModel.Picture(i))) }).JsonAsync())
            .Items("data").Select(data => Numbers(data.GetProperty("embedding")))];

    public static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static float[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetSingle())];
}
