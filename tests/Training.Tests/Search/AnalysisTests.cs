using ContrastiveService.Training.Search;
using static ContrastiveService.Training.Tests.Search.RandomVectors;

namespace ContrastiveService.Training.Tests.Search;

public sealed class AnalysisTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(300, 0.5)]
    [InlineData(129, 0.8)]
    [InlineData(64, 0.9)]
    [InlineData(1, 0)]
    public void Groups_are_what_a_walk_from_neighbour_to_neighbour_reaches(int count, double minimum)
    {
        var vectors = Draw(count, 5, seed: count);
        var expected = new List<int[]>();
        var seen = new HashSet<int>();
        for (var start = 0; start < count; start++)
        {
            if (!seen.Add(start))
                continue;
            var (group, open) = (new List<int> { start }, new Queue<int>([start]));
            while (open.TryDequeue(out var row))
                foreach (var other in Enumerable.Range(0, count).Where(other => Dot(vectors[row], vectors[other]) >= minimum && seen.Add(other)))
                {
                    group.Add(other);
                    open.Enqueue(other);
                }

            if (group.Count > 1)
                expected.Add([.. group.Order()]);
        }

        var found = NearDuplicates.Find(Table(vectors), (float)minimum, 2, Cancel);

        found.Select(group => string.Join(' ', group)).ShouldBe(expected.OrderByDescending(group => group.Length).ThenBy(group => group[0]).Select(group => string.Join(' ', group)));
        NearDuplicates.Find(Table(vectors), -1, 2, Cancel).Sum(group => group.Length).ShouldBe(count > 1 ? count : 0);
    }

    [Theory]
    [InlineData(200, 5)]
    [InlineData(65, 100)]
    [InlineData(2, 1)]
    public void Mean_cosines_are_those_of_sorted_neighbours(int count, int k)
    {
        var vectors = Draw(count, 20, seed: count);

        var means = Outliers.MeanCosines(Table(vectors), k, 2, Cancel);

        for (var row = 0; row < count; row++)
        {
            var slow = vectors.Where((_, other) => other != row).Select(other => Dot(vectors[row], other)).OrderDescending().Take(k).Average();
            ((double)means[row]).ShouldBe(slow, 1e-6);
        }
    }

    [Theory]
    [InlineData(2500, 12)]
    [InlineData(30, 30)]
    [InlineData(1, 1)]
    public void The_subset_takes_the_farthest_item_each_time(int count, int size)
    {
        var vectors = Draw(count, 10, seed: count);
        var mean = Enumerable.Range(0, 10).Select(i => vectors.Average(vector => vector[i])).ToArray();
        var slow = new List<int> { Enumerable.Range(0, count).MaxBy(row => Dot(vectors[row], mean)) };
        while (slow.Count < size)
            slow.Add(Enumerable.Range(0, count).Except(slow).MinBy(row => slow.Max(center => Dot(vectors[row], vectors[center]))));

        var (rows, coverage) = DiverseSubset.Choose(Table(vectors), size, 2, Cancel);

        rows.ShouldBe(slow);
        for (var n = 0; n < size; n++)
        {
            var farthest = Enumerable.Range(0, count).Min(row => slow[..(n + 1)].Contains(row) ? 1 : slow[..(n + 1)].Max(center => Dot(vectors[row], vectors[center])));
            ((double)coverage[n]).ShouldBe(farthest, 1e-6);
        }

        DiverseSubset.Choose(Table(vectors), count + 5, 1, Cancel).Rows.Order().ShouldBe(Enumerable.Range(0, count));
    }

    [Fact]
    public void Equal_items_are_chosen_once_each()
    {
        var same = Draw(1, 10, seed: 1)[0];
        var (rows, coverage) = DiverseSubset.Choose(Table([same, same, same]), 3, 1, Cancel);
        rows.ShouldBe([0, 1, 2]);
        coverage[^1].ShouldBe(1);
    }

    [Fact]
    public void What_takes_too_long_is_given_up()
    {
        var table = Table(Draw(500, 10, seed: 11));
        using var over = new CancellationTokenSource();
        over.Cancel();
        Should.Throw<OperationCanceledException>(() => NearDuplicates.Find(table, 0.5f, 1, over.Token));
        Should.Throw<OperationCanceledException>(() => Outliers.MeanCosines(table, 5, 2, over.Token));
        Should.Throw<OperationCanceledException>(() => DiverseSubset.Choose(table, 5, 2, over.Token));
    }
}
