using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>The Api, and who speaks to it.</summary>
internal sealed class ApiProcess : IDisposable
{
    private ApiProcess(ServiceProcess process, Uri address) => (Process, Http) = (process, new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan });

    public ServiceProcess Process { get; }

    /// <summary>Speaks to it.</summary>
    public HttpClient Http { get; }

    public static async Task<ApiProcess> StartAsync(string connectionString, string spool)
    {
        var address = Invariant($"http://127.0.0.1:{FreePort()}");
        var process = ServiceProcess.Start("Api", new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = address,
            ["ConnectionStrings__Default"] = connectionString,
            ["Api__OpenOnLoopback"] = "true",
            ["Api__SpoolPath"] = spool,
        });
        var api = new ApiProcess(process, new Uri(address));
        await api.ReadyAsync();
        return api;
    }

    /// <summary>A port of the loopback that nobody listens at.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Makes a data set.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateDatasetAsync()
    {
        var name = $"bench-{Guid.NewGuid():n}";
        using var created = (await Http.PostAsJsonAsync("/api/v1/datasets", new { name })).EnsureSuccessStatusCode();
        return name;
    }

    /// <summary>Waits for an import or a job to end.</summary>
    /// <param name="location">Where it is asked about.</param>
    /// <param name="meanwhile">Called after every look, ten times a second.</param>
    public async Task<JsonElement> EndAsync(Uri location, Action<JsonElement>? meanwhile = null)
    {
        while (true)
        {
            var now = await Http.GetFromJsonAsync<JsonElement>(location);
            if (now.GetProperty("state").GetString() is "succeeded" or "failed" or "cancelled")
                return now;
            meanwhile?.Invoke(now);
            await Task.Delay(100);
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        Process.Dispose();
    }

    private async Task ReadyAsync()
    {
        while (Process.ExitCode is null)
        {
            try
            {
                using var answer = await Http.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"The Api ended with exit code {Process.ExitCode}.");
    }
}
