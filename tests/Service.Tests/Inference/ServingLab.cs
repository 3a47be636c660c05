using System.Globalization;
using ContrastiveService.Api.Inference;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ContrastiveService.Service.Tests.Inference;

/// <summary>A server of a test's own, and a look inside.</summary>
sealed class ServingLab : IAsyncDisposable
{
    private readonly WebApplication server;

    private ServingLab(WebApplication server) => (this.server, Http) = (server, ServiceFixture.Client(server, ServiceFixture.Key));

    public HttpClient Http { get; }

    public Admission Admission => server.Services.GetRequiredService<Admission>();

    public InferenceThreads Threads => server.Services.GetRequiredService<InferenceThreads>();

    public ModelCache Models => server.Services.GetRequiredService<ModelCache>();

    public static async Task<ServingLab> StartAsync(ServiceFixture service, params string[] settings)
    {
        var lab = new ServingLab(await service.StartApiAsync([$"--Api:Keys:0={ServiceFixture.Key}", .. settings]));
        await Eventually.Get("the server to be ready", async () => (await lab.Http.GetAsync("/health/ready")).IsSuccessStatusCode ? lab : null);
        return lab;
    }

    /// <summary>What the server itself would work with.</summary>
    public T Service<T>()
        where T : notnull => server.Services.GetRequiredService<T>();

    /// <summary>Keeps every inference thread busy until it is told.</summary>
    public Task<bool[]> HoldAll(ManualResetEventSlim hold) =>
        Task.WhenAll(Enumerable.Range(0, Threads.Count).Select(_ => Threads.RunAsync(Caller.Itself, () => hold.Wait(TimeSpan.FromSeconds(60)), CancellationToken.None)));

    /// <summary>A figure of <c>/metrics</c>.</summary>
    public async Task<double> FigureAsync(string name) => double.Parse(
        (await Http.GetStringAsync("/metrics")).Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>Names of the models in memory, in the alphabet's order.</summary>
    public string[] Loaded()
    {
        var leases = Models.LeaseLoaded();
        try
        {
            return [.. leases.Select(lease => lease.Model.Name).Order(StringComparer.Ordinal)];
        }
        finally
        {
            foreach (var lease in leases)
                lease.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await server.StopAsync();
        await server.DisposeAsync();
    }
}
