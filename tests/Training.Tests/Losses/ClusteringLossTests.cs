using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>Values, slopes and known limits of the losses that group items without comparing them.</summary>
public sealed class ClusteringLossTests
{
    private const int B = 5, K = 4;

    [Theory]
    [InlineData(0, 0.05)]
    [InlineData(1, 0.05)]
    [InlineData(3, 0.05)]
    [InlineData(3, 1)]
    public void Assignments_are_those_of_plain_loops(int iterations, double epsilon)
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Rows(B, K, 1);

        var q = Sinkhorn.Assign(Sample.Leaf(rows), epsilon, iterations);

        q.requires_grad.ShouldBeFalse();
        Far(q, Sample.Leaf(SlowLosses.Sinkhorn(rows, epsilon, iterations))).ShouldBeLessThan(1e-12);
    }

    [Fact]
    public void Every_item_is_assigned_once_and_in_the_end_every_prototype_as_much_as_every_other()
    {
        using var scope = NewDisposeScope();
        var scores = Sample.Leaf(Sample.Rows(12, K, 2));

        var q = Sinkhorn.Assign(scores, 0.5, 200);

        Far(q.sum(1), ones(12, float64)).ShouldBeLessThan(1e-12);
        Far(q.sum([0]), ones(K, float64) * 3).ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Scores_too_large_for_an_exponential_are_assigned_all_the_same()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Rows(8, K, 3);

        var q = Sinkhorn.Assign(Sample.Leaf(rows, ScalarType.Float32) * 1e4, 0.05, 3);

        q.isfinite().all().ToBoolean().ShouldBeTrue();
        Far(q.sum(1), ones(8)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Earlier_items_take_their_share_but_are_not_assigned()
    {
        using var scope = NewDisposeScope();
        var (rows, earlier) = (Sample.Rows(B, K, 4), Sample.Rows(7, K, 5));

        var q = Sinkhorn.Assign(Sample.Leaf(rows), Sample.Leaf(earlier), 0.3, 3);

        q.shape.ShouldBe([B, K]);
        q.requires_grad.ShouldBeFalse();
        Far(q, Sample.Leaf([.. SlowLosses.Sinkhorn([.. rows, .. earlier], 0.3, 3).Take(B)])).ShouldBeLessThan(1e-12);
        Far(q, Sinkhorn.Assign(Sample.Leaf(rows), 0.3, 3)).ShouldBeGreaterThan(0.01);
    }

    [Fact]
    public void Losses_are_those_of_plain_loops_over_pairs_of_different_views()
    {
        using var scope = NewDisposeScope();
        double[][][] views = [.. Enumerable.Range(10, 4).Select(seed => Sample.Rows(B, K, seed))];
        double[][][] targets = [.. Enumerable.Range(20, 2).Select(seed => Sample.Rows(B, K, seed))];
        double[][][] assignments = [.. targets.Select(t => SlowLosses.Sinkhorn(t, 0.3, 3))];
        var center = Sample.Rows(1, K, 6)[0];

        SwAv.Loss(Tensors(views), Tensors(assignments), 0.2).ToDouble().ShouldBe(SlowLosses.SwAv(views, assignments, 0.2), 1e-12);
        Dino.Loss(Tensors(views), Tensors(targets), tensor(center), 0.2, 0.1).Loss.ToDouble().ShouldBe(SlowLosses.Dino(views, targets, center, 0.2, 0.1), 1e-12);
    }

    [Fact]
    public void Gradients_are_slopes()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Rows(B, K, 7);
        var (other, local) = (Sample.Leaf(Sample.Rows(B, K, 8)).detach(), Sample.Leaf(Sample.Rows(B, K, 9)).detach());
        Tensor[] assignments = [Sinkhorn.Assign(other, 0.3, 3), Sinkhorn.Assign(local, 0.3, 3)];
        var center = Sample.Leaf(Sample.Rows(1, K, 6)).detach()[0];

        FiniteDifferences.ShouldMatch(x => SwAv.Loss([x, other, local], assignments, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => SwAv.Loss([other, local, x], assignments, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => Dino.Loss([x, other, local], [other, local], center, 0.2, 0.1).Loss, rows);
        FiniteDifferences.ShouldMatch(x => Dino.Loss([other, local, x], [other, local], center, 0.2, 0.1).Loss, rows);
    }

    [Fact]
    public void What_is_to_be_predicted_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (x, target, center) = (Sample.Leaf(Sample.Rows(B, K, 1)), Sample.Leaf(Sample.Rows(B, K, 2)), zeros(K, float64).requires_grad_());

        SwAv.Loss([x, x], [target], 0.2).backward();
        var terms = Dino.Loss([x, x], [target], center, 0.2, 0.1);
        terms.Loss.backward();

        target.grad.ShouldBeNull();
        center.grad.ShouldBeNull();
        x.grad.ShouldNotBeNull();
        terms.TeacherEntropy.requires_grad.ShouldBeFalse();
    }

    [Fact]
    public void Total_collapse_costs_the_logarithm_of_the_number_of_outputs()
    {
        using var scope = NewDisposeScope();
        var x = ones(6, 9);
        var q = Sinkhorn.Assign(x, 0.05, 3);

        Far(q, full([6, 9], 1 / 9f)).ShouldBeLessThan(1e-6);
        SwAv.Loss([x, x], [q, q], 0.1).ToDouble().ShouldBe(Math.Log(9), 1e-5);
        var terms = Dino.Loss([x, x], [x, x], zeros(9), 0.1, 0.04);
        terms.Loss.ToDouble().ShouldBe(Math.Log(9), 1e-5);
        terms.TeacherEntropy.ToDouble().ShouldBe(Math.Log(9), 1e-5);
    }

    [Fact]
    public void The_teachers_entropy_is_what_a_student_that_agrees_still_pays()
    {
        using var scope = NewDisposeScope();
        var (t, center) = (Sample.Leaf(Sample.Rows(B, K, 3)).detach(), Sample.Leaf(Sample.Rows(1, K, 4)).detach()[0]);

        var agreeing = Dino.Loss([(t - center) * 2, (t - center) * 2], [t, t], center, 0.2, 0.1);
        var other = Dino.Loss([t.flip(0), t.flip(0)], [t, t], center, 0.2, 0.1);
        var oneOutput = Dino.Loss([t, t], [eye(K, dtype: float64)[0].expand(B, K), t], center * 0, 0.2, 0.001);

        agreeing.TeacherEntropy.ToDouble().ShouldBe(agreeing.Loss.ToDouble(), 1e-12);
        agreeing.TeacherEntropy.ToDouble().ShouldBeInRange(0.05, Math.Log(K));
        other.TeacherEntropy.ToDouble().ShouldBe(agreeing.TeacherEntropy.ToDouble(), 1e-12);
        other.Loss.ToDouble().ShouldBeGreaterThan(other.TeacherEntropy.ToDouble());
        oneOutput.TeacherEntropy.ToDouble().ShouldBe(0, 1e-3);
    }

    [Fact]
    public void Views_that_do_not_fit_are_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var (x, narrow) = (ones(2, 3), ones(2, 4));

        Should.Throw<ArgumentException>(() => Sinkhorn.Assign(x, narrow, 0.1, 3)).ParamName.ShouldBe("earlier");
        Should.Throw<ArgumentOutOfRangeException>(() => Sinkhorn.Assign(x, 0, 3)).ParamName.ShouldBe("epsilon");
        Should.Throw<ArgumentOutOfRangeException>(() => Sinkhorn.Assign(x, 0.1, -1)).ParamName.ShouldBe("iterations");
        Should.Throw<ArgumentException>(() => SwAv.Loss([x], [x], 0.1)).ParamName.ShouldBe("scores");
        Should.Throw<ArgumentException>(() => SwAv.Loss([x, narrow], [x], 0.1)).ParamName.ShouldBe("scores");
        Should.Throw<ArgumentException>(() => SwAv.Loss([x, x], [], 0.1)).ParamName.ShouldBe("assignments");
        Should.Throw<ArgumentException>(() => SwAv.Loss([x, x], [x, x, x], 0.1)).ParamName.ShouldBe("assignments");
        Should.Throw<ArgumentException>(() => Dino.Loss([x, x], [narrow], zeros(3), 0.1, 0.04)).ParamName.ShouldBe("teacher");
        Should.Throw<ArgumentException>(() => Dino.Loss([x, x], [x], zeros(4), 0.1, 0.04)).ParamName.ShouldBe("center");
        Should.Throw<ArgumentOutOfRangeException>(() => Dino.Loss([x, x], [x], zeros(3), 0.1, 0)).ParamName.ShouldBe("teacherTemperature");
    }

    private static Tensor[] Tensors(double[][][] views) => [.. views.Select(view => Sample.Leaf(view).detach())];

    private static double Far(Tensor x, Tensor y) => (x - y).abs().max().ToDouble();
}
