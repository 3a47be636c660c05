using ContrastiveService.Storage;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;

namespace ContrastiveService.Worker;

/// <summary>The worker: serves its queues until it is told to stop, then hands its running job back.</summary>
internal static partial class WorkerProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var options = builder.Configuration.GetSection(WorkerOptions.Section).Get<WorkerOptions>() ?? new WorkerOptions();
        if (builder.Configuration.GetConnectionString("Default") is not { Length: > 0 } connectionString)
        {
            await Console.Error.WriteLineAsync("No database: set ConnectionStrings__Default, such as 'Host=db;Database=contrastive;Username=contrastive;Password=…'.");
            return 2;
        }

        builder.Services.AddSerilog(log => log.ReadFrom.Configuration(builder.Configuration).Enrich.FromLogContext()
            .WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj} {Properties}{NewLine}{Exception}", formatProvider: null));
        builder.Services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddStorage(connectionString).AddTrainingServer(Queues.Of(options)).AddReaper();
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(WorkerIdentity.OfThisProcess())
            .AddSingleton<WorkFolder>()
            .AddSingleton<TrainerCommand>()
            .AddSingleton<TrainerSupervisor>()
            .AddSingleton<DashboardDeletion>()
            .AddSingleton<ITrainingJobRunner, TrainingJobRunner>()
            .AddHostedService<HealthFile>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(75));

        using var host = builder.Build();
        await WaitForDatabaseAsync(host.Services);
        await host.RunAsync();
        return 0;
    }

    private static async Task WaitForDatabaseAsync(IServiceProvider services)
    {
        var database = services.GetRequiredService<Database>();
        var log = services.GetRequiredService<ILogger<WorkFolder>>();
        while (!await database.IsReachableAsync(CancellationToken.None))
        {
            LogWaiting(log);
            await Task.Delay(TimeSpan.FromSeconds(2));
        }

        await database.MigrateAsync(CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not answer; waiting for it")]
    private static partial void LogWaiting(Microsoft.Extensions.Logging.ILogger log);
}
