using ContrastiveService.Training.Data;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Pairs of different items of one class, or of two, each at most once: all of a kind where they are few, else so many by the seed.</summary>
internal sealed class LabeledPairs
{
    private const int TriesPerPair = 100;

    private readonly int[] order; // items, class by class
    private readonly (int Start, int Count)[] range; // where in that order the class of each of them lies
    private readonly long seed;

    public LabeledPairs(ReadOnlySpan<long> labels, long seed)
    {
        this.seed = seed;
        var classOf = labels.ToArray();
        order = [.. Enumerable.Range(0, classOf.Length)];
        Array.Sort(classOf, order);
        range = new (int, int)[order.Length];
        for (int start = 0, end; start < order.Length; start = end)
        {
            end = start + 1;
            while (end < order.Length && classOf[end] == classOf[start])
                end++;
            range.AsSpan(start, end - start).Fill((start, end - start));
        }
    }

    /// <summary>Pairs of one class; every one is as likely as every other.</summary>
    public IReadOnlyList<(int I, int J)> Positive(int atMost) =>
        Pairs("positive pairs", atMost, own => own.Count - 1, (own, a, other) => own.Start + other >= a ? own.Start + other + 1 : own.Start + other);

    /// <summary>Pairs of two classes; every one is as likely as every other.</summary>
    public IReadOnlyList<(int I, int J)> Negative(int atMost) =>
        Pairs("negative pairs", atMost, own => order.Length - own.Count, (own, _, other) => other >= own.Start ? other + own.Count : other);

    /// <param name="purpose">What the random numbers are for.</param>
    /// <param name="atMost">How many.</param>
    /// <param name="partners">How many items make a pair with one whose class lies there.</param>
    /// <param name="partner">Which item, counted among its partners, is where in the order.</param>
    private List<(int I, int J)> Pairs(
        string purpose, int atMost, Func<(int Start, int Count), long> partners, Func<(int Start, int Count), int, int, int> partner)
    {
        var before = new long[order.Length + 1]; // ordered pairs whose first item comes earlier
        for (var a = 0; a < order.Length; a++)
            before[a + 1] = before[a] + partners(range[a]);
        var pairs = new List<(int, int)>();
        if (before[^1] / 2 <= atMost)
        {
            for (var a = 0; a < order.Length; a++)
            {
                for (var other = 0; other < partners(range[a]); other++)
                    if (partner(range[a], a, other) is var b && b > a)
                        pairs.Add((order[a], order[b]));
            }

            return pairs;
        }

        var random = new SeededRandom(seed, purpose);
        var seen = new HashSet<(int, int)>(atMost);
        // Nearly all of the pairs may be asked for; then the last few are not waited for.
        for (var tries = 0L; pairs.Count < atMost && tries < (long)TriesPerPair * atMost; tries++)
        {
            var drawn = random.Next(before[^1]);
            var at = Array.BinarySearch(before, drawn);
            // Items without a partner share their place with the next one: the last of them is meant.
            var a = at < 0 ? ~at - 1 : at;
            while (before[a + 1] == before[a])
                a++;
            var b = partner(range[a], a, (int)(drawn - before[a]));
            if (seen.Add((Math.Min(a, b), Math.Max(a, b))))
                pairs.Add((order[a], order[b]));
        }

        return pairs;
    }
}
