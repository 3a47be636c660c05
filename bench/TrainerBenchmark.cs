using ContrastiveService.Bench.Training;
using static System.FormattableString;

namespace ContrastiveService.Bench;

/// <summary>A training step in a plain environment, in the environment that the worker starts its trainers in, and in that with pinned threads; the sides take turns.</summary>
internal static class TrainerBenchmark
{
    private const int Rounds = 4;

    private static readonly (string Backbone, int Batch, int Steps)[] Cases = [("seed-convnet", 256, 10), ("resnet18", 64, 4)];

    private sealed record Round(StepSide.Result Plain, StepSide.Result Environment, StepSide.Result Pinned);

    public static int Run()
    {
        var report = new Report("trainer", "SimCLR step, 28×28", "batch", "plain, ms", "trainer, ms", "pinned, ms", "plain / trainer", "plain / pinned", "peak, MB", "trainer");
        foreach (var (backbone, batch, steps) in Cases)
        {
            var rounds = new List<Round>();
            for (var round = 1; round <= Rounds; round++)
            {
                Console.Error.WriteLine($"{backbone}, round {round} of {Rounds}");
                rounds.Add(new Round(Side([], StepSide.Unpinned), Side(TrainersEnvironment.With(), StepSide.Unpinned), Side(TrainersEnvironment.With(), StepSide.Pinned)));
            }

            Add(report, backbone, batch, rounds);

            StepSide.Result Side(Dictionary<string, string?> environment, string pinning) =>
                Child.Run<StepSide.Result>(environment, StepSide.Mode, backbone, Invariant($"{batch}"), Invariant($"{steps}"), "float32", pinning);
        }

        report.Publish();
        return 0;
    }

    private static void Add(Report report, string backbone, int batch, List<Round> rounds)
    {
        string Milliseconds(Func<Round, StepSide.Result> side) => Invariant($"{Report.Median(rounds.SelectMany(round => side(round).StepAndViews)):0}");
        string Times(Func<Round, StepSide.Result> side) =>
            Report.Spread([.. rounds.Select(round => Report.Median(round.Plain.StepAndViews) / Report.Median(side(round).StepAndViews))]);
        report.Add(
            new { backbone, batch, rounds },
            backbone, Invariant($"{batch}"),
            Milliseconds(round => round.Plain), Milliseconds(round => round.Environment), Milliseconds(round => round.Pinned),
            Times(round => round.Environment), Times(round => round.Pinned),
            Invariant($"{rounds.Max(round => round.Plain.PeakBytes) >> 20}"), Invariant($"{rounds.Max(round => round.Pinned.PeakBytes) >> 20}"));
    }
}
