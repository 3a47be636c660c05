using System.Diagnostics;
using System.Runtime.InteropServices;
using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Sample;
using ContrastiveService.Local.Services;
using ContrastiveService.Local.Terminal;
using ContrastiveService.Storage.Postgres;
using Spectre.Console;

namespace ContrastiveService.Local;

/// <summary>The whole service on one machine, by one command.</summary>
internal static class LocalProgram
{
    private const int Ok = 0, Failed = 1, Interrupted = 130;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Any(argument => argument is "--help" or "-h"))
        {
            Console.WriteLine(LocalOptions.Usage);
            return Ok;
        }

        var started = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var options = LocalOptions.Parse(args);
            using var folder = DataFolder.Take(options.DataPath);
            return await RunAsync(options, started, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopped. A job that was running goes on at the next start.");
            return Interrupted;
        }
        catch (Exception e) when (e is LocalException or PostgresNotFoundException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> RunAsync(LocalOptions options, long started, CancellationToken ct)
    {
        IRunView view = Console.IsOutputRedirected ? new PlainView(Console.Out) : new LiveView(AnsiConsole.Console);
        SampleResult? result;
        await using (var services = await LocalServices.StartAsync(options, view.Say, ct))
        {
            using var client = new ServiceClient(services.Address);
            var sample = new SampleRun(client, view, options, services.Address, started);
            result = await services.WhileUpAsync(sample.RunAsync, ct);
            view.Point("Swagger UI", new Uri(services.Address, "swagger").ToString());
            view.Point("Queue dashboard", new Uri(services.Address, "hangfire").ToString());
            view.Point("Report", new Uri(sample.ReportPath).AbsoluteUri);
            if (!options.Once)
                await StayUpAsync(services, view, ct);
            view.Say("Stopping");
        }

        if (options.Once && result is not null)
            Console.WriteLine(result.ToJson());
        return Ok;
    }

    private static async Task StayUpAsync(LocalServices services, IRunView view, CancellationToken ct)
    {
        view.Say("Up until Ctrl-C");
        try
        {
            await services.WhileUpAsync<object?>(async waiting =>
            {
                await Task.Delay(Timeout.Infinite, waiting);
                return null;
            }, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Ctrl-C is how this is meant to end.
        }
    }
}
