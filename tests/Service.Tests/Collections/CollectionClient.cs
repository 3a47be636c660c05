using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Collections;

/// <summary>A fresh collection, and what tests do with it over HTTP.</summary>
sealed class CollectionClient(HttpClient http, string name)
{
    public string Name => name;

    public string Path => $"/api/v1/collections/{name}";

    public static async Task<CollectionClient> CreateAsync(HttpClient http, string model, string precision = "float32")
    {
        var name = $"shelf-{Guid.NewGuid():N}";
        await http.PostAsJsonAsync("/api/v1/collections", new { name, model, precision }).JsonAsync(HttpStatusCode.Created);
        return new CollectionClient(http, name);
    }

    public Task<JsonElement> GetAsync() => http.GetAsync(Path).JsonAsync();

    public Task<HttpResponseMessage> SendAsync(params object[] items) => http.PutAsJsonAsync($"{Path}/items", new { items });

    public Task<HttpResponseMessage> PostAsync(string what, object body) => http.PostAsJsonAsync($"{Path}/{what}", body);

    /// <summary>Keys and scores of a search.</summary>
    public async Task<IReadOnlyList<(string Key, double Score)>> SearchAsync(object query) =>
        [.. (await PostAsync("search", query).JsonAsync()).Items().Select(item => (item.Text("key")!, item.GetProperty("score").GetDouble()))];

    /// <summary>Imports and waits for the end.</summary>
    public async Task<JsonElement> ImportAsync(string dataset, string? split = null)
    {
        var import = await PostAsync("import", new { dataset, split }).JsonAsync(HttpStatusCode.Accepted);
        return await FinishAsync(import.Text("id")!);
    }

    public async Task<JsonElement> FinishAsync(string id)
    {
        JsonElement import = default;
        await Eventually.Is("the import to end", async () => (import = await http.GetAsync($"{Path}/imports/{id}").JsonAsync()).Text("state") is "succeeded" or "failed");
        import.Text("state").ShouldBe("succeeded", import.GetRawText());
        return import;
    }

    /// <summary>A vector of the trained model's width that points between the first two axes.</summary>
    public static float[] Vector(double degrees)
    {
        var vector = new float[TrainedModel.Width];
        (vector[0], vector[1]) = ((float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180));
        return vector;
    }
}
