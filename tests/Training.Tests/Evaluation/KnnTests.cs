using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class KnnTests
{
    [Theory]
    [InlineData(40, 15, 4, 3, 5, 0.07, 1)]
    [InlineData(100, 30, 8, 5, 20, 0.1, 2)]
    [InlineData(30, 30, 2, 10, 1, 1.0, 3)]
    public void Classes_are_those_of_a_vote_counted_by_hand(int bank, int queries, int width, int classes, int k, double temperature, int seed)
    {
        using var scope = NewDisposeScope();
        var (rows, asked) = (Sample.Rows(bank, width, seed), Sample.Rows(queries, width, seed + 50));
        var labels = Sample.Labels(bank, classes, seed);

        var predicted = Knn.Predict(Plain(rows), tensor(labels), Plain(asked), k, temperature);

        predicted.data<long>().ToArray().ShouldBe(asked.Select(q => Vote(rows, labels, q, k, temperature, except: -1)));
    }

    [Fact]
    public void An_item_is_no_neighbour_of_its_own_when_the_bank_asks_itself()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Rows(60, 3, 4);
        var labels = Sample.Labels(60, 4, 4);

        var predicted = Knn.Predict(Plain(rows), tensor(labels), Plain(rows), 7, excludeSelf: true);

        predicted.data<long>().ToArray().ShouldBe(rows.Select((q, i) => Vote(rows, labels, q, 7, 0.07, except: i)));
        Knn.Top1(Plain(rows), tensor(labels), Plain(rows), tensor(labels), 1).ShouldBe(1);
        Knn.Top1(Plain(rows), tensor(labels), Plain(rows), tensor(labels), 1, excludeSelf: true).ShouldBeLessThan(1);
    }

    [Fact]
    public void More_neighbours_than_the_bank_has_are_as_many_as_it_has()
    {
        using var scope = NewDisposeScope();
        var (bank, queries) = (Plain(Sample.Rows(10, 3, 5)), Plain(Sample.Rows(5, 3, 6)));
        var labels = tensor(Sample.Labels(10, 3, 5));

        Knn.Predict(bank, labels, queries, 200).data<long>().ToArray().ShouldBe(Knn.Predict(bank, labels, queries, 10).data<long>().ToArray());
        Knn.Predict(bank, labels, bank, 200, excludeSelf: true).data<long>().ToArray().ShouldBe(Knn.Predict(bank, labels, bank, 9, excludeSelf: true).data<long>().ToArray());
    }

    [Fact]
    public void A_tiny_temperature_is_the_nearest_neighbour_and_does_not_overflow()
    {
        using var scope = NewDisposeScope();
        var (bank, queries) = (Plain(Sample.Rows(50, 4, 7)).to(ScalarType.Float32), Plain(Sample.Rows(20, 4, 8)).to(ScalarType.Float32));
        var labels = tensor(Sample.Labels(50, 5, 7));

        Knn.Predict(bank, labels, queries, 20, temperature: 1e-6).data<long>().ToArray().ShouldBe(Knn.Predict(bank, labels, queries, 1).data<long>().ToArray());
    }

    [Fact]
    public void A_bank_that_needs_many_chunks_gives_what_one_chunk_gives()
    {
        using var scope = NewDisposeScope();
        var rows = Plain(Sample.Rows(30_000, 2, 9));
        var labels = rows.select(1, 0).gt(0).to(ScalarType.Int64);
        var queries = Plain(Sample.Rows(500, 2, 10));
        var truth = queries.select(1, 0).gt(0).to(ScalarType.Int64);

        var whole = Knn.Top1(rows, labels, queries, truth, 5);

        whole.ShouldBe((Knn.Top1(rows, labels, queries.narrow(0, 0, 130), truth.narrow(0, 0, 130), 5) * 130 / 500)
            + (Knn.Top1(rows, labels, queries.narrow(0, 130, 370), truth.narrow(0, 130, 370), 5) * 370 / 500), 1e-9);
        whole.ShouldBeGreaterThan(0.98);
    }

    [Fact]
    public void No_item_of_a_bank_of_many_chunks_is_its_own_neighbour()
    {
        using var scope = NewDisposeScope();
        var rows = Plain(Sample.Rows(3000, 2, 11));
        var oneClassEach = arange(3000);

        Knn.Top1(rows, oneClassEach, rows, oneClassEach, 1, excludeSelf: true).ShouldBe(0);
    }

    [Fact]
    public void It_leaves_nothing_in_the_callers_scope()
    {
        using var outer = NewDisposeScope();
        var (bank, labels) = (Plain(Sample.Rows(10, 3, 5)), tensor(Sample.Labels(10, 3, 5)));
        using var scope = NewDisposeScope();

        Knn.Top1(bank, labels, bank, labels, 3);

        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Bad_input_is_refused_with_the_reason()
    {
        using var scope = NewDisposeScope();
        var (bank, labels) = (ones(4, 3), arange(4));

        Should.Throw<ArgumentException>(() => Knn.Predict(bank, labels, ones(2, 5), 1)).Message.ShouldContain("5 wide");
        Should.Throw<ArgumentException>(() => Knn.Predict(bank, labels - 1, bank, 1)).Message.ShouldContain("unlabelled");
        Should.Throw<ArgumentException>(() => Knn.Predict(bank, labels, ones(3, 3), 1, excludeSelf: true)).Message.ShouldContain("excludeSelf");
        Should.Throw<ArgumentException>(() => Knn.Predict(bank, arange(3), bank, 1)).ParamName.ShouldBe("bankLabels");
        Should.Throw<ArgumentOutOfRangeException>(() => Knn.Predict(bank, labels, bank, 0)).ParamName.ShouldBe("k");
        Should.Throw<ArgumentException>(() => Knn.Top1(bank, labels, bank, arange(2), 1)).ParamName.ShouldBe("queryLabels");
    }

    private static Tensor Plain(double[][] rows) => Sample.Leaf(rows).detach();

    private static long Vote(double[][] bank, long[] labels, double[] query, int k, double temperature, int except)
    {
        double Cosine(double[] row) => SlowLosses.Unit(row).Zip(SlowLosses.Unit(query), (a, b) => a * b).Sum();
        return bank.Select((row, i) => (cosine: Cosine(row), label: labels[i], i))
            .Where(n => n.i != except)
            .OrderByDescending(n => n.cosine)
            .Take(k)
            .GroupBy(n => n.label)
            .MaxBy(g => g.Sum(n => Math.Exp(n.cosine / temperature)))!.Key;
    }
}
