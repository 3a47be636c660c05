using System.Runtime.InteropServices;
using ContrastiveService.Storage;
using ContrastiveService.Training;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Weights;
using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ContrastiveService.Worker.Running;

/// <summary>The trainer process: one job, from its row to its end. It trains on the process's first thread and never awaits there.</summary>
internal static class TrainerProgram
{
    /// <returns>One of <see cref="TrainerExit"/>'s codes; anything else is a crash, with its reason on stderr.</returns>
    public static int Run(string[] args)
    {
        // A signal to the whole process group, such as Ctrl-C, is for the worker; it tells us through the pipe what it wants of us.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var voice = new TrainerVoice(Console.OpenStandardOutput());
        using var stop = new CancellationTokenSource();
        SupervisorPipe.Listen(Console.OpenStandardInput(), stop.Cancel);
        try
        {
            // Not disposed: the end of the process closes what it holds, and its end must not wait for that.
            var services = Services(new ConfigurationBuilder().AddEnvironmentVariables().Build(), voice);
            return services.GetRequiredService<TrainerRun>().Execute(TrainerArguments.Parse(args), stop.Token);
        }
        catch (LeaseLostException)
        {
            return TrainerExit.LeaseLost;
        }
        catch (Exception e) when (e is PlanException or TrainingFailedException or WeightsException)
        {
            voice.Error(e.Message);
            return TrainerExit.Failed;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }

    private static ServiceProvider Services(IConfiguration configuration, TrainerVoice voice)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(configuration.GetConnectionString("Default") ?? throw new InvalidOperationException("ConnectionStrings__Default is not set."));
        services.AddOptions<WorkerOptions>().Bind(configuration.GetSection(WorkerOptions.Section)).ValidateDataAnnotations();
        services.AddSingleton(TimeProvider.System).AddSingleton(voice).AddSingleton<DecodedCache>().AddSingleton<TrainerRun>();
        return services.BuildServiceProvider();
    }
}
