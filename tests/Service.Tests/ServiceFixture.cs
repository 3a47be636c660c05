using System.Net.Http.Headers;
using ContrastiveService.Storage.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ContrastiveService.Service.Tests;

/// <summary>The service as its users meet it: a PostgreSQL of its own, and the real server behind a real port. Made once for all tests of its
/// collection.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    public const string Key = "a-key-for-tests-0123456789";

    // Not CreateTempSubdirectory, which keeps out everybody else: as root, PostgreSQL runs under another account.
    private readonly string folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"service-tests-{Guid.NewGuid():N}")).FullName;
    private PrivatePostgres? postgres;
    private WebApplication? api;
    private Task<TrainedModel>? training;
    private Task<TrainedModel>? calibrating;
    private Task<TrainedModel>? widening;

    /// <summary>Speaks to the server with a key.</summary>
    public HttpClient Http { get; private set; } = new();

    public Uri Address => Http.BaseAddress!;

    public string ConnectionString => postgres!.ConnectionString;

    /// <summary>Where the server keeps uploads while it reads them.</summary>
    public string Spool => Path.Combine(folder, "spool");

    /// <summary>Where workers of tests keep decoded pictures.</summary>
    public string Cache => Path.Combine(folder, "cache");

    public async ValueTask InitializeAsync()
    {
        postgres = await PrivatePostgres.StartAsync(
            Path.Combine(folder, "postgres"), NullLogger.Instance, new Dictionary<string, string> { ["fsync"] = "off" }, CancellationToken.None);
        api = await StartApiAsync($"--Api:Keys:0={Key}", "--Api:OpenOnLoopback=false");
        Http.Dispose();
        Http = Client(api, Key);
        await Eventually.Get("the server to be ready", async () => (await Http.GetAsync("/health/ready")).IsSuccessStatusCode ? Http : null);
    }

    /// <summary>A trained model; the first test that asks for it waits until it is.</summary>
    internal Task<TrainedModel> ModelAsync() => training ??= TrainedModel.TrainAsync(Http, ConnectionString, Cache);

    /// <summary>One with as many pictures held out as its similarities need to be calibrated: 100, that is 2,500 pairs of different labels.</summary>
    internal Task<TrainedModel> CalibratedModelAsync() =>
        calibrating ??= TrainedModel.TrainAsync(Http, ConnectionString, Cache, test: 100, versions: 1);

    /// <summary>One whose vectors have another width.</summary>
    internal Task<TrainedModel> WideModelAsync() =>
        widening ??= TrainedModel.TrainAsync(Http, ConnectionString, Path.Combine(folder, "cache"), versions: 1, backbone: "resnet18");

    /// <summary>Another server on the same database, with a configuration of its own; the caller stops it.</summary>
    public async Task<WebApplication> StartApiAsync(params string[] settings)
    {
        var server = Api.Program.Create(
        [
            "--urls=http://127.0.0.1:0",
            $"--Api:SpoolPath={Spool}",
            $"--ConnectionStrings:Default={ConnectionString}",
            "--Serilog:MinimumLevel:Default=Warning",
            .. settings,
        ]);
        await server.StartAsync();
        return server;
    }

    /// <param name="server">Whom to speak to.</param>
    /// <param name="key">Null goes without one.</param>
    public static HttpClient Client(WebApplication server, string? key)
    {
        var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (api is not null)
        {
            await api.StopAsync();
            await api.DisposeAsync();
        }

        if (postgres is not null)
            await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
