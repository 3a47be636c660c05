using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace ContrastiveService.Service.Tests.Datasets;

/// <summary>The real server in a process of its own, so that it can be killed.</summary>
internal sealed class ApiProcess : IDisposable
{
    private readonly Process _process;

    private ApiProcess(Process process, Uri address)
    {
        (_process, Http) = (process, new HttpClient { BaseAddress = address });
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ServiceFixture.Key);
    }

    /// <summary>Speaks to it with a key.</summary>
    public HttpClient Http { get; }

    public static async Task<ApiProcess> StartAsync(string connectionString, string spool)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ContrastiveService.Api.dll")]);
        start.Environment["ASPNETCORE_URLS"] = address;
        start.Environment["ConnectionStrings__Default"] = connectionString;
        start.Environment["Api__Keys__0"] = ServiceFixture.Key;
        start.Environment["Api__SpoolPath"] = spool;
        start.Environment["Serilog__MinimumLevel__Default"] = "Warning";
        var api = new ApiProcess(Process.Start(start)!, new Uri(address));
        await Eventually.Is("the server to be ready", api.IsReadyAsync);
        return api;
    }

    /// <summary>Without a chance to tidy up.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Http.Dispose();
        Kill();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        _process.HasExited.ShouldBeFalse();
        try
        {
            using var answer = await Http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
