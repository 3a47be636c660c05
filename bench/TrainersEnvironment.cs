using ContrastiveService.Storage.Jobs;
using ContrastiveService.Worker;
using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Bench;

/// <summary>The environment that the worker starts its trainers in, taken from the worker itself.</summary>
internal static class TrainersEnvironment
{
    /// <summary>What the worker adds to its own environment.</summary>
    /// <param name="threads">For one operation; 0 for as many as there are processors.</param>
    public static Dictionary<string, string?> With(int threads = 0)
    {
        var ours = Environment.GetEnvironmentVariables().Keys.Cast<string>().ToHashSet();
        var command = new TrainerCommand(new ConfigurationBuilder().Build(), Options.Create(new WorkerOptions { Threads = threads })).For(new JobLease(Guid.Empty, 1, 1, "bench"), ".");
        return command.Environment.Where(variable => !ours.Contains(variable.Key)).ToDictionary();
    }
}
