using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContrastiveService.Local.Rest;

/// <summary>The service as any of its users sees it: plain HTTP and JSON.</summary>
internal sealed class ServiceClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address, "/api/v1/"), Timeout = TimeSpan.FromMinutes(5) };

    public void Dispose() => _http.Dispose();

    /// <returns>Null where there is nothing at that address.</returns>
    public async Task<T?> FindAsync<T>(string path, CancellationToken ct)
        where T : class
    {
        using var answer = await _http.GetAsync(path, ct);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(answer, ct);
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        using var answer = await _http.GetAsync(path, ct);
        return await ReadAsync<T>(answer, ct);
    }

    public async Task<T> PostAsync<T>(string path, JsonNode? body, CancellationToken ct)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, ct);
        return await ReadAsync<T>(answer, ct);
    }

    /// <summary>Sends files as one form.</summary>
    public async Task<T> UploadAsync<T>(string path, IEnumerable<string> files, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
            form.Add(new StreamContent(File.OpenRead(file)), "file", Path.GetFileName(file));
        using var answer = await _http.PostAsync(path, form, ct);
        return await ReadAsync<T>(answer, ct);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken ct)
    {
        if (!answer.IsSuccessStatusCode)
            throw new LocalException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.PathAndQuery} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(ct)}");
        return await answer.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, ct)
            ?? throw new LocalException($"{answer.RequestMessage!.RequestUri} answered nothing.");
    }
}
