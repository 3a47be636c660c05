using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class LinearProbeTests
{
    [Theory]
    [InlineData(60, 3, 3, 0.01, 1)]
    [InlineData(90, 5, 2, 0.1, 2)]
    public void Predictions_are_those_of_a_long_plain_descent(int items, int width, int classes, double l2, int seed)
    {
        using var scope = NewDisposeScope();
        var (rows, labels) = (Sample.Rows(items, width, seed), Sample.Labels(items, classes, seed));
        var asked = Sample.Leaf(Sample.Rows(200, width, seed + 9)).detach();
        using var fast = new LogisticRegression(Sample.Leaf(rows).detach(), tensor(labels), classes, l2);

        var (w, mean, std) = SlowFit(rows, labels, classes, l2);
        var slow = ((asked - mean) / std).mm(w.narrow(0, 0, width)).add(w[-1]).argmax(1);

        fast.Predict(asked).eq(slow).to(float64).mean().ToDouble().ShouldBeGreaterThanOrEqualTo(0.99);
    }

    [Fact]
    public void What_a_line_can_separate_is_separated_whatever_the_scale_of_the_features()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Leaf(Sample.Rows(500, 3, 3)).detach().to(float32);
        var labels = rows.select(1, 0).add(rows.select(1, 1)).gt(0).to(int64);
        var scaled = rows * tensor(new float[] { 1e5f, 1e-4f, 1 }) + tensor(new float[] { 3e4f, 1e-3f, -7 });

        LinearProbe.Top1(scaled, labels, scaled, labels).ShouldBeGreaterThan(0.98);
    }

    [Fact]
    public void Two_fits_of_the_same_features_agree_to_the_bit()
    {
        using var scope = NewDisposeScope();
        var (rows, labels) = (Sample.Leaf(Sample.Rows(200, 8, 4)).detach().to(float32), tensor(Sample.Labels(200, 10, 4)));

        LinearProbe.Top1(rows, labels, rows, labels).ShouldBe(LinearProbe.Top1(rows, labels, rows, labels));
    }

    [Fact]
    public void Constant_features_one_class_and_classes_unheard_of_are_borne()
    {
        using var scope = NewDisposeScope();
        var labels = tensor(new long[] { 0, 0, 0, 1 });

        LinearProbe.Top1(full(4, 2, 1e4f), labels, full(4, 2, 1e4f), labels).ShouldBe(0.75, "the commoner class");
        LinearProbe.Top1(ones(4, 2), zeros(4, int64), ones(2, 2), tensor(new long[] { 0, 7 })).ShouldBe(0.5);
    }

    [Fact]
    public void Bad_input_is_refused_with_the_reason()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => LinearProbe.Top1(full(4, 2, double.NaN), arange(4), ones(1, 2), arange(1))).Message.ShouldContain("finite");
        Should.Throw<ArgumentException>(() => LinearProbe.Top1(ones(4, 2), arange(4) - 1, ones(1, 2), arange(1))).Message.ShouldContain("unlabelled");
        Should.Throw<ArgumentException>(() => LinearProbe.Top1(ones(4, 2), arange(4), ones(1, 3), arange(1))).Message.ShouldContain("3 wide");
        Should.Throw<ArgumentOutOfRangeException>(() => LinearProbe.Top1(ones(4, 2), arange(4), ones(1, 2), arange(1), l2: -1));
    }

    [Fact]
    public void It_leaves_nothing_behind()
    {
        using var outer = NewDisposeScope();
        var (rows, labels) = (Sample.Leaf(Sample.Rows(20, 3, 5)).detach(), tensor(Sample.Labels(20, 3, 5)));
        using var scope = NewDisposeScope();

        LinearProbe.Top1(rows, labels, rows, labels);
        ProxyADistance.Of(rows, rows, seed: 1);

        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Domains_apart_have_a_distance_of_two_and_one_domain_none()
    {
        using var scope = NewDisposeScope();
        var source = Sample.Leaf(Sample.Rows(2000, 4, 6)).detach();
        var alike = Sample.Leaf(Sample.Rows(1500, 4, 7)).detach();

        var near = ProxyADistance.Of(source, alike, seed: 1);
        var far = ProxyADistance.Of(source, alike + 9, seed: 1);

        far.ShouldBe(new DomainDistance(2, 1));
        near.DomainAccuracy.ShouldBe(0.5, 0.05);
        near.ProxyADistance.ShouldBe(2 * (1 - (2 * (1 - near.DomainAccuracy))), 1e-12);
        Should.Throw<ArgumentException>(() => ProxyADistance.Of(source, ones(5, 3), seed: 1)).Message.ShouldContain("one width");
    }

    private static (Tensor Weights, Tensor Mean, Tensor Std) SlowFit(double[][] rows, long[] labels, int classes, double l2)
    {
        var x = Sample.Leaf(rows).detach();
        var (mean, std) = (x.mean([0]), x.std([0], unbiased: false));
        var z = cat([(x - mean) / std, ones(x.size(0), 1, float64)], 1);
        var penalised = ones(z.size(1), 1, float64);
        penalised[-1] = zeros(1, float64);
        var w = zeros(z.size(1), classes, float64);
        var truth = nn.functional.one_hot(tensor(labels), classes).to(float64);
        for (var i = 0; i < 3000; i++)
            w -= 0.5 * ((z.t().mm(z.mm(w).softmax(1) - truth) / x.size(0)) + (l2 * penalised * w));
        return (w, mean, std);
    }
}
