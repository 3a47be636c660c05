using System.Globalization;
using ContrastiveService.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace ContrastiveService.Local.Services;

/// <summary>The whole service on this machine: PostgreSQL, Api, Worker. Started in this order, stopped in the opposite one.</summary>
internal sealed class LocalServices : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90), StopPatience = TimeSpan.FromSeconds(75);
    private readonly Stack<ChildProgram> _children = new();
    private readonly LocalOptions _options;
    private PrivatePostgres? _postgres;

    private LocalServices(LocalOptions options, Uri address) => (_options, Address) = (options, address);

    public Uri Address { get; }

    /// <summary>Does something that needs all programs to run.</summary>
    /// <exception cref="LocalException">One of them ended meanwhile.</exception>
    public async Task<T> WhileUpAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var working = work(over.Token);
        var exits = _children.Select(child => child.Exited).ToArray();
        var first = await Task.WhenAny([working, .. exits]);
        if (first != working && !ct.IsCancellationRequested)
        {
            await over.CancelAsync();
            await Task.WhenAny(working);
            throw _children.First(child => child.Exited == first).Ended();
        }

        return await working;
    }

    /// <summary>Starts everything and waits until it answers.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="say">Told what is being done.</param>
    /// <param name="ct">Gives up; what was started is stopped.</param>
    /// <exception cref="LocalException">A program did not come up.</exception>
    public static async Task<LocalServices> StartAsync(LocalOptions options, Action<string> say, CancellationToken ct)
    {
        var services = new LocalServices(options, new Uri(FormattableString.Invariant($"http://127.0.0.1:{FreePort.From(options.Port)}")));
        try
        {
            await services.StartAsync(say, ct);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_children.TryPop(out var child))
        {
            await child.StopAsync(StopPatience);
            child.Dispose();
        }

        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    private async Task StartAsync(Action<string> say, CancellationToken ct)
    {
        say("Starting PostgreSQL");
        _postgres = await PrivatePostgres.StartAsync(In("postgres"), NullLogger.Instance, settings: null, ct);
        say("Starting Api");
        Start("Api", new()
        {
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["Api__OpenOnLoopback"] = "true",
            ["Api__SpoolPath"] = In("spool"),
        });
        await WaitUntilAsync(ReadyAsync, ct);

        say("Starting Worker");
        var health = In("worker.healthy");
        File.Delete(health);
        Start("Worker", new() { ["Worker__CachePath"] = In("cache"), ["Worker__HealthFile"] = health });
        await WaitUntilAsync(_ => Task.FromResult(File.Exists(health)), ct);
    }

    private void Start(string name, Dictionary<string, string> environment)
    {
        environment["ConnectionStrings__Default"] = _postgres!.ConnectionString;
        Directory.CreateDirectory(In("logs"));
        _children.Push(ChildProgram.Start(name, In($"logs/{name.ToLower(CultureInfo.InvariantCulture)}.log"), environment));
    }

    private async Task<bool> ReadyAsync(CancellationToken ct)
    {
        using var http = new HttpClient();
        try
        {
            using var answer = await http.GetAsync(new Uri(Address, "/health/ready"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> ready, CancellationToken ct)
    {
        var newest = _children.Peek();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(StartPatience);
        while (!await ready(patience.Token))
        {
            if (newest.Exited.IsCompleted)
                throw newest.Ended();
            await Task.WhenAny(Task.Delay(100, patience.Token), newest.Exited);
            if (patience.IsCancellationRequested && !ct.IsCancellationRequested)
                throw new LocalException($"{newest.Name} did not come up within {StartPatience.TotalSeconds} s; see {In("logs")}.");
            ct.ThrowIfCancellationRequested();
        }
    }

    private string In(string name) => Path.Combine(_options.DataPath, name);
}
