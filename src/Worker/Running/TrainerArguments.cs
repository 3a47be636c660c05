using System.Globalization;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Worker.Running;

/// <summary>The command line of a trainer process, written by <see cref="Supervision.TrainerCommand"/>.</summary>
internal sealed record TrainerArguments(JobLease Lease, string WorkPath)
{
    /// <exception cref="ArgumentException">One is missing.</exception>
    public static TrainerArguments Parse(string[] args)
    {
        string Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length
            ? args[at + 1]
            : throw new ArgumentException($"The trainer needs {name}. It is started by a worker, not by hand.");
        var lease = new JobLease(
            Guid.Parse(Value("--job")),
            long.Parse(Value("--fence"), CultureInfo.InvariantCulture),
            int.Parse(Value("--attempt"), CultureInfo.InvariantCulture),
            Value("--worker"));
        return new TrainerArguments(lease, Value("--work-path"));
    }
}
