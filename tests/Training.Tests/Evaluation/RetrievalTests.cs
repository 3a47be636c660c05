using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class RetrievalTests
{
    [Theory]
    [InlineData(30, 3, 4, RetrievalMetric.Cosine, 1)]
    [InlineData(50, 5, 20, RetrievalMetric.Euclidean, 2)]
    [InlineData(8, 2, 2, RetrievalMetric.Cosine, 3)]
    public void Scores_are_those_of_rankings_sorted_by_hand(int items, int width, int classes, RetrievalMetric metric, int seed)
    {
        using var scope = NewDisposeScope();
        var (rows, labels) = (Sample.Rows(items, width, seed), Sample.Labels(items, classes, seed));

        var scores = Retrieval.Among(Plain(rows), tensor(labels), metric);

        Same(scores, Slow(rows, labels, rows, labels, metric, itself: true));
    }

    [Theory]
    [InlineData(40, 12, 4, 3, 4)]
    [InlineData(6, 9, 3, 5, 5)]
    public void Queries_that_are_not_in_the_bank_rank_all_of_it(int bank, int queries, int width, int classes, int seed)
    {
        using var scope = NewDisposeScope();
        var (rows, asked) = (Sample.Rows(bank, width, seed), Sample.Rows(queries, width, seed + 7));
        var (labels, truths) = (Sample.Labels(bank, classes, seed), Sample.Labels(queries, classes, seed + 7));

        var scores = Retrieval.In(Plain(rows), tensor(labels), Plain(asked), tensor(truths));

        Same(scores, Slow(rows, labels, asked, truths, RetrievalMetric.Cosine, itself: false));
    }

    [Fact]
    public void Many_chunks_give_what_one_chunk_gives()
    {
        using var scope = NewDisposeScope();
        var (rows, labels) = (Sample.Rows(3000, 2, 6), Sample.Labels(3000, 300, 6));

        var whole = Retrieval.In(Plain(rows), tensor(labels), Plain(rows), tensor(labels));
        var parts = Enumerable.Range(0, 3).Select(p => Retrieval.In(
            Plain(rows), tensor(labels), Plain(rows[(p * 1000)..((p + 1) * 1000)]), tensor(labels[(p * 1000)..((p + 1) * 1000)]))).ToArray();

        whole.MapAtR!.Value.ShouldBe(parts.Average(p => p.MapAtR!.Value), 1e-9);
        whole.RecallAt5.ShouldBe(parts.Average(p => p.RecallAt5), 1e-9);
        Retrieval.Among(Plain(rows), arange(3000)).RecallAt10.ShouldBe(0, "no item finds itself");
    }

    [Fact]
    public void Queries_alone_in_their_class_miss_in_recall_and_are_left_out_elsewhere()
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new float[] { 1, 0, 1, 0.1f, 0, 1, 0, -1 }, [4, 2]);

        var scores = Retrieval.Among(rows, tensor(new long[] { 0, 0, 1, 2 }));

        scores.RecallAt1.ShouldBe(0.5);
        scores.PrecisionAt1.ShouldBe(1);
        scores.MapAtR.ShouldBe(1);
        var strangers = Retrieval.Among(rows, arange(4));
        strangers.RecallAt10.ShouldBe(0);
        strangers.PrecisionAt1.ShouldBeNull();
        strangers.MapAtR.ShouldBeNull();
    }

    [Fact]
    public void One_class_is_found_by_anything_even_where_all_vectors_are_one()
    {
        using var scope = NewDisposeScope();

        var scores = Retrieval.Among(ones(20, 3), zeros(20, int64));

        (scores.RecallAt1, scores.PrecisionAt1, scores.MapAtR).ShouldBe((1, 1, 1));
    }

    [Fact]
    public void It_leaves_nothing_behind()
    {
        using var outer = NewDisposeScope();
        var (rows, labels) = (Plain(Sample.Rows(10, 3, 5)), tensor(Sample.Labels(10, 3, 5)));
        using var scope = NewDisposeScope();

        Retrieval.Among(rows, labels);

        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Bad_input_is_refused_with_the_reason()
    {
        using var scope = NewDisposeScope();
        var nan = ones(4, 3);
        nan[2, 1] = double.NaN;

        Should.Throw<ArgumentException>(() => Retrieval.Among(nan, arange(4))).Message.ShouldContain("finite");
        Should.Throw<ArgumentException>(() => Retrieval.Among(ones(1, 3), arange(1))).Message.ShouldContain("two rows");
        Should.Throw<ArgumentException>(() => Retrieval.Among(ones(4, 3), arange(3))).ParamName.ShouldBe("labels");
        Should.Throw<ArgumentException>(() => Retrieval.In(ones(4, 3), arange(4), ones(2, 5), arange(2))).Message.ShouldContain("5 wide");
    }

    private static Tensor Plain(double[][] rows) => Sample.Leaf(rows).detach();

    private static void Same(RetrievalScores ours, RetrievalScores slow)
    {
        ours.RecallAt1.ShouldBe(slow.RecallAt1, 1e-9);
        ours.RecallAt5.ShouldBe(slow.RecallAt5, 1e-9);
        ours.RecallAt10.ShouldBe(slow.RecallAt10, 1e-9);
        ours.PrecisionAt1!.Value.ShouldBe(slow.PrecisionAt1!.Value, 1e-9);
        ours.MapAtR!.Value.ShouldBe(slow.MapAtR!.Value, 1e-9);
    }

    private static RetrievalScores Slow(double[][] bank, long[] labels, double[][] queries, long[] truths, RetrievalMetric metric, bool itself)
    {
        double Far(double[] a, double[] b) => metric == RetrievalMetric.Euclidean
            ? a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()
            : -SlowLosses.Unit(a).Zip(SlowLosses.Unit(b), (x, y) => x * y).Sum();
        var (recalls, firsts, precisions) = (new List<double[]>(), new List<double>(), new List<double>());
        for (var q = 0; q < queries.Length; q++)
        {
            var ranked = Enumerable.Range(0, bank.Length).Where(i => !itself || i != q).OrderBy(i => Far(bank[i], queries[q])).Select(i => labels[i] == truths[q]).ToArray();
            recalls.Add([.. new[] { 1, 5, 10 }.Select(k => ranked.Take(k).Any(hit => hit) ? 1.0 : 0)]);
            var r = ranked.Count(hit => hit);
            if (r == 0)
                continue;
            firsts.Add(ranked[0] ? 1 : 0);
            precisions.Add(Enumerable.Range(0, r).Where(i => ranked[i]).Sum(i => ranked.Take(i + 1).Count(hit => hit) / (i + 1.0)) / r);
        }

        return new(recalls.Average(r => r[0]), recalls.Average(r => r[1]), recalls.Average(r => r[2]), firsts.Average(), precisions.Average());
    }
}
