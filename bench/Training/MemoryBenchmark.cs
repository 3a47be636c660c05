using ContrastiveService.Bench.Methods;
using static System.FormattableString;

namespace ContrastiveService.Bench.Training;

/// <summary>Whether a trainer's memory stands still: every method for five thousand steps, after a thousand to warm up.</summary>
internal static class MemoryBenchmark
{
    public static int Run(string[] names)
    {
        var report = new Report("memory", "method", "resident after 1,000 steps, MB", "after 5,000", "growth", "live tensors", "after 5,000");
        foreach (var recipe in MethodRecipe.All().Where(r => names.Length == 0 || names.Contains(r.Name)))
        {
            Console.Error.WriteLine(recipe.Name);
            var result = Child.Run<MemorySide.Result>(TrainersEnvironment.With(threads: 1), MemorySide.Mode, recipe.Name);
            report.Add(
                new { method = recipe.Name, result.Resident, result.Tensors, result.Growth },
                recipe.Name, Invariant($"{result.Resident[0] >> 20}"), Invariant($"{result.Resident[^1] >> 20}"), Invariant($"{100 * result.Growth:+0.0;−0.0} %"),
                Invariant($"{result.Tensors[0]}"), Invariant($"{result.Tensors[^1]}"));
        }

        report.Publish();
        return 0;
    }
}
