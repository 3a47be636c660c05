using ContrastiveService.Storage;
using ContrastiveService.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using static System.FormattableString;

namespace ContrastiveService.Bench;

/// <summary>A checkpoint into a private PostgreSQL (with fsync) and back, against the same bytes into a file with fsync and back; the two sides take turns.</summary>
internal static class CheckpointBenchmark
{
    private const int Rounds = 5, Small = 40, Large = 400;

    public static async Task<int> RunAsync()
    {
        // Not a private temporary folder: PostgreSQL does not run as root, and must still reach its data when root runs this.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():n}"));
        try
        {
            await using var server = await PrivatePostgres.StartAsync(Path.Combine(folder.FullName, "postgres"), NullLogger.Instance, null, CancellationToken.None);
            await using (var database = new Database(server.ConnectionString))
                await database.MigrateAsync(CancellationToken.None);
            var environment = new Dictionary<string, string?> { [CheckpointSide.ConnectionVariable] = server.ConnectionString };
            var report = new Report("checkpoint", "checkpoint of", "write, MB/s", "file", "times as long", "read, MB/s", "file", "times as long", "peak, MB", "file");
            foreach (var megabytes in new[] { Small, Large })
                Add(report, megabytes, Measure(environment, folder.FullName, megabytes));
            report.Publish();
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<(CheckpointSide.Result Database, CheckpointSide.Result PlainFile)> Measure(IReadOnlyDictionary<string, string?> environment, string folder, int megabytes)
    {
        var rounds = new List<(CheckpointSide.Result, CheckpointSide.Result)>();
        for (var round = 1; round <= Rounds; round++)
        {
            Console.Error.WriteLine($"{megabytes} MB, round {round} of {Rounds}");
            rounds.Add((Side(CheckpointSide.Database), Side(CheckpointSide.PlainFile)));
        }

        return rounds;

        CheckpointSide.Result Side(string side) => Child.Run<CheckpointSide.Result>(environment, CheckpointSide.Mode, side, Invariant($"{megabytes}"), folder);
    }

    private static void Add(Report report, int megabytes, List<(CheckpointSide.Result Database, CheckpointSide.Result PlainFile)> rounds)
    {
        string Speed(Func<(CheckpointSide.Result Database, CheckpointSide.Result PlainFile), double> seconds) => Invariant($"{megabytes / Report.Median(rounds.Select(seconds)):0}");
        string Peak(Func<(CheckpointSide.Result Database, CheckpointSide.Result PlainFile), long> bytes) => Invariant($"{rounds.Max(bytes) >> 20}");
        report.Add(
            new { megabytes, rounds = rounds.Select(round => new { database = round.Database, file = round.PlainFile }) },
            $"{megabytes} MB",
            Speed(round => round.Database.Write), Speed(round => round.PlainFile.Write), Report.Spread([.. rounds.Select(round => round.Database.Write / round.PlainFile.Write)]),
            Speed(round => round.Database.Read), Speed(round => round.PlainFile.Read), Report.Spread([.. rounds.Select(round => round.Database.Read / round.PlainFile.Read)]),
            Peak(round => round.Database.Peak), Peak(round => round.PlainFile.Peak));
    }
}
