using System.Collections.Concurrent;
using System.Globalization;

namespace ContrastiveService.Bench.Methods;

/// <summary>
/// Trains every method of the catalog with the same backbone and budget and prints what came of it. It takes hours; stopped, it goes on from each run's last epoch,
/// and what is done is not done again.
/// </summary>
internal static class MethodsBenchmark
{
    public static int Run(string[] arguments)
    {
        if (MethodsArguments.Parse(arguments) is not { } asked)
            return 2;
        if (!asked.TableOnly)
        {
            var runs = from seed in asked.Seeds from recipe in asked.Recipes where new MethodFiles(recipe, seed).Result is null select (recipe, seed);
            if (!Train([.. runs], asked.Parallel))
                return 1;
            MethodFloors.Measure();
            MethodSpeed.Measure(asked.Recipes);
        }

        MethodTables.Print(asked.Recipes, asked.Seeds);
        return 0;
    }

    /// <summary>One child a run: what one leaves behind in memory must not help or hurt the next.</summary>
    private static bool Train(IReadOnlyList<(MethodRecipe Recipe, long Seed)> runs, int parallel)
    {
        var failed = 0;
        var threads = Math.Max(1, Environment.ProcessorCount / parallel);
        foreach (var recipe in runs.Select(r => r.Recipe).DistinctBy(r => r.Data))
            recipe.Data.Open().Dispose(); // built once, before anybody reads it
        var inOrder = Partitioner.Create(runs, EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(inOrder, new ParallelOptions { MaxDegreeOfParallelism = parallel }, run =>
        {
            Console.Error.WriteLine($"{run.Recipe.Name}, seed {run.Seed}");
            string[] arguments = [MethodRun.Mode, run.Recipe.Name, Text(run.Seed), Text(threads), parallel == 1 ? MethodRun.Pinned : MethodRun.Unpinned];
            if (Child.Succeeds(TrainersEnvironment.With(threads), arguments))
                return;
            Interlocked.Increment(ref failed);
            Console.Error.WriteLine($"{run.Recipe.Name}, seed {run.Seed}, FAILED");
        });
        return failed == 0;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
