using ContrastiveService.Bench.Data;
using static System.FormattableString;

namespace ContrastiveService.Bench.Serving;

/// <summary>Whether unloading a model gives its memory back: two models take turns where there is memory for one, so that each use loads one and unloads the other.</summary>
internal static class ModelsBenchmark
{
    /// <summary>Budgets between one model and two.</summary>
    private static readonly (string Backbone, int Size, long Budget)[] Cases = [("small-convnet", 28, 600_000), ("resnet18", 64, 60_000_000)];

    public static async Task<int> RunAsync(string[] backbones)
    {
        await using var database = await ScratchDatabase.StartAsync();
        var report = new Report(
            "serve-models", "model", "of weights, MB", "RssAnon after warm-up, MB", Invariant($"after {ModelsSide.Cycles} cycles"), "growth", "managed, MB", "after", "a load and a use, ms");
        foreach (var (backbone, size, budget) in Cases.Where(c => backbones.Length == 0 || backbones.Contains(c.Backbone)))
        {
            string[] models;
            using (var api = await ApiProcess.StartAsync(database.ConnectionString, Path.Combine(database.Folder, "spool")))
                models =
                [
                    await ServeBenchmark.TrainAsync(api, database.ConnectionString, database.Folder, $"{backbone}-a", backbone, size),
                    await ServeBenchmark.TrainAsync(api, database.ConnectionString, database.Folder, $"{backbone}-b", backbone, size),
                ];
            Console.Error.WriteLine($"{backbone}: cycles");
            var result = Child.Run<ModelsSide.Result>(
                new Dictionary<string, string?> { ["ConnectionStrings__Default"] = database.ConnectionString }, [ModelsSide.Mode, Invariant($"{budget}"), .. models]);
            report.Add(
                new { backbone, result },
                Invariant($"{backbone}, {size}×{size}"), Invariant($"{result.ModelBytes / 1e6:0.0}"), Megabytes(result.Resident[0]), Megabytes(result.Resident[^1]), Invariant($"{100 * ModelsSide.Growth(result.Resident):+0.0;−0.0} %"),
                Megabytes(result.Managed[0]), Megabytes(result.Managed[^1]), Invariant($"{result.Milliseconds:0}"));
        }

        report.Publish();
        return 0;
    }

    private static string Megabytes(long bytes) => Invariant($"{bytes / 1048576.0:0.0}");
}
