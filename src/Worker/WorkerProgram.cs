using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Training.Native;
using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;
using Serilog.Events;

namespace ContrastiveService.Worker;

/// <summary>The worker: serves its queues until it is told to stop, then hands its running job back.</summary>
internal static class WorkerProgram
{
    private const int Stopped = 0, Misconfigured = 2;
    private const string LogTemplate = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {Properties}{NewLine}{Exception}";

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var options = builder.Configuration.GetSection(WorkerOptions.Section).Get<WorkerOptions>() ?? new WorkerOptions();
        var connectionString = builder.Configuration.GetConnectionString("Default");
        if (WhatIsWrong(options, connectionString) is { Length: > 0 } wrong)
        {
            await Console.Error.WriteLineAsync("The configuration is wrong. " + wrong);
            return Misconfigured;
        }

        AddServices(builder, options, connectionString!);
        using var host = builder.Build();
        var life = host.Services.GetRequiredService<IHostApplicationLifetime>();
        try
        {
            await host.RunAsync();
        }
        catch (OperationCanceledException) when (life.ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop while it was still waiting for the database.
        }

        return Stopped;
    }

    private static void AddServices(HostApplicationBuilder builder, WorkerOptions options, string connectionString)
    {
        builder.Services.AddSerilog(log => log
            .MinimumLevel.Information()
            .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .WriteTo.Console(outputTemplate: LogTemplate, formatProvider: CultureInfo.InvariantCulture));
        builder.Services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section);
        IReadOnlyList<string> queues = options.QueueNames is { Count: > 0 } asked ? asked : [Compute.HasGpu ? QueueName.Gpu : QueueName.Cpu];
        builder.Services
            .AddStorage(connectionString)
            .AddSingleton(WorkerIdentity.OfThisProcess())
            .AddSingleton<WorkFolder>()
            .AddSingleton<TrainerCommand>()
            .AddSingleton<TrainerSupervisor>()
            .AddSingleton<DashboardDeletion>()
            .AddSingleton<ITrainingJobRunner, TrainingJobRunner>()
            // Services start in this order, each when the one before is up.
            .AddHostedService<DatabaseStartup>()
            .AddTrainingServer(queues)
            .AddReaper()
            .AddHostedService<HealthFile>()
            // Longer than the queue's 60 s, so that a job which is being handed back is never cut off.
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(75));
    }

    private static string WhatIsWrong(WorkerOptions options, string? connectionString)
    {
        var wrong = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true);
        if (string.IsNullOrEmpty(connectionString))
            wrong.Add(new("Set ConnectionStrings__Default, such as 'Host=db;Database=contrastive;Username=contrastive;Password=…'."));
        return string.Join(' ', wrong.Select(result => result.ErrorMessage));
    }
}
