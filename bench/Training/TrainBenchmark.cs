using static System.FormattableString;

namespace ContrastiveService.Bench.Training;

/// <summary>
/// SimCLR's step, bare and with its views, the whole trainer with its database, and embedding, against the same network in PyTorch; the sides take turns. Half of
/// PyTorch's rounds run as the shell starts it and half with its threads bound to processors: the better half counts.
/// </summary>
internal static class TrainBenchmark
{
    private const int UsualRounds = 4;

    private static readonly (string Backbone, int Batch, int Steps, int Pictures)[] Cases = [("small-convnet", 256, 30, 12_800), ("resnet18", 64, 8, 1280)];

    private static readonly string[] Precisions = ["float32", "bfloat16"];

    /// <param name="options">A precision or a backbone, to leave the others out; how many rounds.</param>
    public static async Task<int> RunAsync(string[] options)
    {
        var rounds = options.Select(o => int.TryParse(o, out var number) ? number : 0).FirstOrDefault(n => n > 0, UsualRounds);
        string[] precisions = options.FirstOrDefault(Precisions.Contains) is { } only ? [only] : Precisions;
        var peer = PeerSide.Exists;
        if (!peer)
            Console.Error.WriteLine("There is no PyTorch to compare with (apt-get install python3-torch python3-torchvision python3-numpy libopenblas0-pthread).");
        var report = new Report(
            "train", "SimCLR, 28×28", "batch", "bare step, images/s", "with views", "trainer", "trainer / bare", "evaluating: share", "waits", "peak, MB", "of matmul peak", "PyTorch, images/s",
            "trainer / PyTorch", "embed, images/s", "PyTorch", "ratio");
        foreach (var (backbone, batch, steps, pictures) in Cases.Where(c => !Cases.Any(known => options.Contains(known.Backbone)) || options.Contains(c.Backbone)))
        {
            await using var trainer = await FullTrainer.StartAsync(pictures);
            var peers = new List<PeerSide.Result>();
            var ours = Precisions.ToDictionary(p => p, _ => new List<(StepSide.Result Step, FullTrainer.Result Plain, FullTrainer.Result Evaluating)>());
            for (var round = 0; round < rounds; round++)
            {
                Console.Error.WriteLine($"{backbone}, round {round + 1} of {rounds}");
                if (peer)
                    peers.Add(PeerSide.Run(backbone, batch, steps, pinned: round % 2 == 1));
                foreach (var precision in precisions)
                {
                    var step = Child.Run<StepSide.Result>(TrainersEnvironment.With(), StepSide.Mode, backbone, Invariant($"{batch}"), Invariant($"{steps}"), precision, StepSide.Pinned);
                    ours[precision].Add((step, await trainer.RunAsync(backbone, batch, precision, evaluates: false), await trainer.RunAsync(backbone, batch, precision, evaluates: true)));
                }
            }

            foreach (var (precision, measured) in ours.Where(o => o.Value.Count > 0))
                Add(report, $"{backbone}, {precision}", batch, measured, peers);
        }

        report.Publish();
        return 0;
    }

    private static void Add(
        Report report, string name, int batch, List<(StepSide.Result Step, FullTrainer.Result Plain, FullTrainer.Result Evaluating)> rounds, List<PeerSide.Result> peers)
    {
        double PerSecond(IEnumerable<double> milliseconds) => 1000 * batch / Report.Median(milliseconds);
        var (bare, views) = (rounds.Select(r => PerSecond(r.Step.Step)).ToArray(), rounds.Select(r => PerSecond(r.Step.StepAndViews)).ToArray());
        var trained = rounds.Select(r => r.Plain.ImagesPerSecond).ToArray();
        var embedded = rounds.Select(r => r.Step.EmbeddedPerSecond).ToArray();
        var first = rounds[0].Step;
        var theirs = peers.Count == 0 ? 0 : Best(peers, p => PerSecond(p.StepAndViews));
        var theirEmbedded = peers.Count == 0 ? 0 : Best(peers, p => p.EmbeddedPerSecond);
        report.Add(
            new { name, batch, rounds, peers },
            name, Invariant($"{batch}"), Text(bare), Text(views), Text(trained), Report.Spread([.. trained.Zip(bare, (t, b) => t / b)]),
            Invariant($"{100 * rounds.Max(r => r.Evaluating.EvaluationShare ?? 0):0.0} %"), Invariant($"{100 * rounds.Max(r => r.Plain.WaitShare):0.0} %"),
            Invariant($"{rounds.Max(r => r.Plain.PeakBytes) >> 20}"), Invariant($"{100 * first.StepGflop / (Report.Median(first.Step) / 1000) / first.MatmulGflops:0} %"),
            theirs == 0 ? "–" : Invariant($"{theirs:0}"), theirs == 0 ? "–" : Report.Spread([.. trained.Select(t => t / theirs)]),
            Text(embedded), theirs == 0 ? "–" : Invariant($"{theirEmbedded:0}"), theirs == 0 ? "–" : Report.Spread([.. embedded.Select(e => e / theirEmbedded)]));

        string Text(double[] values) => Invariant($"{Report.Median(values):0}");
    }

    /// <summary>The median of the better half, with or without bound threads.</summary>
    private static double Best(List<PeerSide.Result> peers, Func<PeerSide.Result, double> figure) =>
        peers.Index().GroupBy(p => p.Index % 2, p => figure(p.Item)).Max(half => Report.Median(half));
}
