using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class ClusteringTests
{
    [Fact]
    public void Heaps_far_apart_are_the_groups()
    {
        using var scope = NewDisposeScope();
        var labels = Sample.Labels(300, 5, 1);
        var rows = Sample.Rows(300, 4, 1).Select((row, i) => row.Select((v, d) => (v * 0.1) + (d == labels[i] ? 9 : labels[i] == 4 ? -9 : 0)).ToArray()).ToArray();

        var groups = KMeans.Assign(Sample.Leaf(rows).detach().to(float32), 5, seed: 3);

        Nmi.Of(labels, groups).ShouldBe(1, 1e-9);
    }

    [Fact]
    public void Every_row_is_in_the_group_whose_mean_is_nearest()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Rows(80, 2, 2);

        var groups = KMeans.Assign(Sample.Leaf(rows).detach(), 4, seed: 1, iterations: 500);

        var means = Enumerable.Range(0, 4).Select(g => rows.Where((_, i) => groups[i] == g).ToArray()).Select(own => new[] { own.Average(r => r[0]), own.Average(r => r[1]) }).ToArray();
        groups.ShouldBe(rows.Select(r => (long)Enumerable.Range(0, 4).MinBy(g => Math.Pow(r[0] - means[g][0], 2) + Math.Pow(r[1] - means[g][1], 2))));
    }

    [Fact]
    public void The_same_seed_gives_the_same_groups()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Leaf(Sample.Rows(100, 3, 3)).detach();

        KMeans.Assign(rows, 6, seed: 5).ShouldBe(KMeans.Assign(rows, 6, seed: 5));
    }

    [Fact]
    public void Many_chunks_and_a_common_offset_do_no_harm()
    {
        using var scope = NewDisposeScope();
        var sign = arange(700_000).remainder(2).to(float32).mul(2).sub(1); // (N)
        var rows = stack([sign + 1000, sign.neg() + 1000], 1);

        var groups = KMeans.Assign(rows, 8, seed: 1, iterations: 2);

        Nmi.Of(sign.to(int64).data<long>().ToArray(), groups.Select(g => g == groups[0] ? 1L : 0).ToArray()).ShouldBe(1, 1e-9);
    }

    [Fact]
    public void Identical_rows_and_more_groups_than_rows_are_borne()
    {
        using var scope = NewDisposeScope();

        KMeans.Assign(ones(6, 2), 3, seed: 1).Distinct().Count().ShouldBe(1);
        KMeans.Assign(arange(3).to(float32).unsqueeze(1), 10, seed: 1).Distinct().Count().ShouldBe(3);
        Should.Throw<ArgumentException>(() => KMeans.Assign(full(3, 2, double.NaN), 2, seed: 1)).Message.ShouldContain("finite");
        Should.Throw<ArgumentOutOfRangeException>(() => KMeans.Assign(ones(3, 2), 0, seed: 1)).ParamName.ShouldBe("k");
    }

    [Theory]
    [InlineData(50, 4, 3, 1)]
    [InlineData(200, 10, 10, 2)]
    public void Mutual_information_is_that_of_the_table_counted_by_hand(int items, int left, int right, int seed)
    {
        var (a, b) = (Sample.Labels(items, left, seed), Sample.Labels(items, right, seed + 1));
        double P(Func<int, bool> which) => Enumerable.Range(0, items).Count(which) / (double)items;
        double Entropy(long[] of, int groups) => Enumerable.Range(0, groups).Select(g => P(i => of[i] == g)).Where(p => p > 0).Sum(p => -p * Math.Log(p));
        var information = 0.0;
        for (var g = 0; g < left; g++)
        {
            for (var h = 0; h < right; h++)
            {
                if (P(i => a[i] == g && b[i] == h) is > 0 and var p)
                    information += p * Math.Log(p / (P(i => a[i] == g) * P(i => b[i] == h)));
            }
        }

        Nmi.Of(a, b).ShouldBe(2 * information / (Entropy(a, left) + Entropy(b, right)), 1e-9);
        Should.Throw<ArgumentException>(() => Nmi.Of(a, b.AsSpan(1))).Message.ShouldContain("same items");
    }
}
