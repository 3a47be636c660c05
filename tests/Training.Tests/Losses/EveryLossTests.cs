using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>What must hold for every loss on the inputs that break naive code.</summary>
public sealed class EveryLossTests
{
    /// <summary>Every loss as a function of rows (B, d) and labels (B).</summary>
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Losses = new()
    {
        ["nt-xent"] = (x, _) => NtXent.Loss(x, x.flip(0), 0.5),
        ["nt-xent at τ 0.01"] = (x, _) => NtXent.Loss(x, x.flip(0), 0.01),
        ["info-nce"] = (x, _) => InfoNce.Loss(x, x.flip(0), 0.2),
        ["info-nce with a queue"] = (x, _) => InfoNce.Loss(x, x.flip(0), Memory(x), 0.2),
        ["info-nce with a queue at τ 0.01"] = (x, _) => InfoNce.Loss(x, x.flip(0), Memory(x), 0.01),
        ["nearest neighbours"] = (x, _) => InfoNce.Loss(NearestNeighbours.Of(x, Memory(x)), x.flip(0), 0.1),
        ["npid"] = (x, _) => Npid.Softmax(x, Memory(x), arange(x.size(0)), 0.07),
        ["npid, noise-contrastive"] = (x, _) => Npid.Nce(x, Memory(x), arange(x.size(0)), arange(3).expand(x.size(0), 3), 0.07).Loss,
        ["npid, noise-contrastive, at τ 0.01"] = (x, _) => Npid.Nce(x, Memory(x), arange(x.size(0)), arange(3).expand(x.size(0), 3), 0.01).Loss,
        ["supcon"] = (x, y) => SupCon.Loss(x, y, 0.1),
        ["supcon at τ 0.01"] = (x, y) => SupCon.Loss(x, y, 0.01),
        ["dcl"] = (x, _) => Dcl.Loss(x, x.flip(0), 0.1),
        ["dcl at τ 0.01"] = (x, _) => Dcl.Loss(x, x.flip(0), 0.01),
        ["dclw"] = (x, _) => Dcl.Weighted(x, x.flip(0), 0.1, 0.5),
        ["cmc"] = (x, _) => Cmc.Loss([x, x.flip(0), x.roll(1, 0)], 0.07),
        ["cmc at τ 0.01"] = (x, _) => Cmc.Loss([x, x.flip(0)], 0.01),
        ["cross-domain matching"] = (x, _) => CrossDomainMatching.Loss(x, Memory(x), 0.1),
        ["cross-domain matching at τ 0.01"] = (x, _) => CrossDomainMatching.Loss(x, Memory(x), 0.01),
        ["uncertainty weighting"] = (x, _) => UncertaintyWeighting.Loss(x.square().sum(1), x.select(1, 0)),
        ["uncertainty weighting, very certain"] = (x, _) => UncertaintyWeighting.Loss(x.square().sum(1), -x.select(1, 0).abs()),
        ["simsiam"] = (x, _) => SimSiam.Loss(x, x.flip(0), x.roll(1, 0), x * 2),
        ["byol"] = (x, _) => Byol.Loss(x, x.flip(0), x.roll(1, 0), x * 2),
        ["barlow twins"] = (x, _) => BarlowTwins.Of(x, x.flip(0), 0.0051).Loss,
        ["barlow twins, of the same view"] = (x, _) => BarlowTwins.Of(x, x, 1).Loss,
        ["vicreg"] = (x, _) => VicReg.Of(x, x.flip(0)).Loss,
        ["vicreg, of the same view"] = (x, _) => VicReg.Of(x, x, 0, 1, 25).Loss,
        ["mmd"] = (x, _) => Mmd.Loss(x, Memory(x)),
        ["mmd, linear"] = (x, _) => Mmd.Loss(x, x.flip(0).detach() + 0.1, MmdEstimator.Linear),
        ["mmd, biased"] = (x, _) => Mmd.Loss(x, Memory(x), MmdEstimator.Biased),
        ["mmd of one domain"] = (x, _) => Mmd.Loss(x, x),
        ["coral"] = (x, _) => Coral.Loss(x, Memory(x)),
        ["l1 alignment"] = (x, _) => L1Alignment.Loss(x, Memory(x)),
        ["domain classification"] = (x, _) => DomainClassification.Loss(x.narrow(1, 0, 1), x.narrow(1, 0, 1).flip(0)),
        ["classifier discrepancy"] = (x, _) => ClassifierDiscrepancy.Loss(x, x.flip(0)),
        ["fixmatch"] = (x, _) => FixMatch.Loss(x.flip(0), x, 0.5),
        ["fixmatch where nothing is sure"] = (x, _) => FixMatch.Loss(zeros_like(x), x, 1),
        ["self-ensembling"] = (x, _) => SelfEnsembling.Loss(x, x.flip(0), 0.5),
        ["alignment"] = (x, _) => AlignmentUniformity.Alignment(x, x.flip(0)),
        ["alignment with α 1"] = (x, _) => AlignmentUniformity.Alignment(x, x.flip(0), 1),
        ["uniformity"] = (x, _) => AlignmentUniformity.Uniformity(x),
        ["swav"] = (x, _) => SwappedPrediction(x, 0.05, 0.1),
        ["swav at ε and τ 0.01"] = (x, _) => SwappedPrediction(x, 0.01, 0.01),
        ["dino"] = (x, _) => Dino.Loss([x, x.flip(0), x * 2], [x, x.flip(0)], x[0], 0.1, 0.04).Loss,
        ["dino at τ 0.01"] = (x, _) => Dino.Loss([x, x.flip(0)], [x.flip(0), x], x[0], 0.01, 0.01).Loss,
        ["contrastive of pairs"] = (x, y) => Contrastive.OfPairs(x, x.flip(0), y.eq(0)).Loss,
        ["contrastive, hadsell"] = (x, y) => Contrastive.OfLabels(x, y).Loss,
        ["contrastive, distance, on the sphere"] = (x, y) => Contrastive.OfLabels(UnitRows.Of(x), y, 1, ContrastiveForm.Distance).Loss,
        ["contrastive, squared, all pairs"] = (x, y) => Contrastive.OfLabels(x, y, 1, ContrastiveForm.SquaredDistance, PairAverage.All).Loss,
        ["triplets, given"] = (x, y) => Triplet.OfTriplets(x, x.flip(0), x.roll(1, 0)).Loss,
        ["triplets, batch-all"] = (x, y) => Triplet.OfLabels(x, y).Loss,
        ["triplets, batch-all, squared"] = (x, y) => Triplet.OfLabels(x, y, squared: true).Loss,
        ["triplets, batch-all, soft"] = (x, y) => Triplet.OfLabels(x, y, soft: true).Loss,
        ["triplets, semi-hard, on the sphere"] = (x, y) => Triplet.OfLabels(UnitRows.Of(x), y, TripletMining.SemiHard).Loss,
        ["triplets, hard"] = (x, y) => Triplet.OfLabels(x, y, TripletMining.Hard).Loss,
        ["triplets, batch-hard"] = (x, y) => Triplet.OfLabels(x, y, TripletMining.BatchHard).Loss,
        ["triplets, batch-hard, soft, on the sphere"] = (x, y) => Triplet.OfLabels(UnitRows.Of(x), y, TripletMining.BatchHard, soft: true).Loss,
    };

    private static readonly Dictionary<string, Func<Tensor>> Rows = new()
    {
        ["random"] = () => Random(8),
        ["zeros"] = () => zeros(8, 4),
        ["one zero row"] = () => Random(8) * tensor(new float[] { 1, 1, 0, 1, 1, 1, 1, 1 }).unsqueeze(1),
        ["identical"] = () => ones(8, 4) * 0.3,
        ["pairs of identical rows"] = () => Random(4).repeat(2, 1),
        ["1e4 times longer"] = () => Random(8) * 1e4,
        ["1e4 away"] = () => Random(8) + 1e4,
        ["1e-6 times longer"] = () => Random(8) * 1e-6,
        ["one row"] = () => Random(1),
        ["two rows"] = () => Random(2),
        ["one column"] = () => Random(8).narrow(1, 0, 1).contiguous(),
    };

    private static readonly Dictionary<string, Func<long, long>> Labels = new()
    {
        ["pairs"] = i => i / 2,
        ["one class"] = _ => 0,
        ["all distinct"] = i => i,
        ["a class of one"] = i => i == 0 ? 9 : 0,
    };

    public static TheoryData<string, string> Cases { get; } = new(from loss in Losses.Keys from rows in Rows.Keys select (loss, rows));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_finite_whatever_the_labels(string loss, string rows)
    {
        foreach (var (named, label) in Labels)
        {
            using var scope = NewDisposeScope();
            var x = Rows[rows]().detach().requires_grad_();
            var y = tensor(Enumerable.Range(0, (int)x.size(0)).Select(i => label(i)).ToArray());

            var value = Losses[loss](x, y);
            value.requires_grad.ShouldBeTrue($"with {named}: detached from the graph");
            value.backward();

            double.IsFinite(value.ToDouble()).ShouldBeTrue($"with {named}: value {value.ToDouble()}");
            x.grad.ShouldNotBeNull().isfinite().all().ToBoolean().ShouldBeTrue($"with {named}: a gradient that is not finite");
        }
    }

    [Fact]
    public void Only_results_are_left_in_the_callers_scope()
    {
        using var outer = NewDisposeScope();
        var (x, u, v) = (Random(8).requires_grad_(), Random(8), Random(8) + 1);
        var (y, similar) = (arange(8).div(2, RoundingMode.floor), arange(8).eq(0));
        var (items, noise, center, logit) = (arange(8), zeros([8, 2], int64), zeros(4), ones(8, 1));

        Left(() => UnitRows.Of(x)).ShouldBe(1);
        Left(() => NtXent.Loss(x, u, 0.5)).ShouldBe(1);
        Left(() => InfoNce.Loss(x, u, 0.5)).ShouldBe(1);
        Left(() => InfoNce.Loss(x, u, v, 0.5)).ShouldBe(1);
        Left(() => NearestNeighbours.Of(x, u)).ShouldBe(1);
        Left(() => Npid.Softmax(x, u, items, 0.5)).ShouldBe(1);
        Left(() => Npid.Nce(x, u, items, noise, 0.5)).ShouldBe(2);
        Left(() => SupCon.Loss(x, y, 0.5)).ShouldBe(1);
        Left(() => Dcl.Loss(x, u, 0.5)).ShouldBe(1);
        Left(() => Dcl.Weighted(x, u, 0.5, 0.5)).ShouldBe(1);
        Left(() => Cmc.Loss([x, u, v], 0.5)).ShouldBe(1);
        Left(() => CrossDomainMatching.Loss(x, u, 0.5)).ShouldBe(1);
        Left(() => UncertaintyWeighting.Loss(x.select(1, 0), u.select(1, 0))).ShouldBe(3); // two of them the columns
        Left(() => SimSiam.Loss(x, x, u, v)).ShouldBe(1);
        Left(() => Byol.Loss(x, x, u, v)).ShouldBe(1);
        Left(() => BarlowTwins.Of(x, u, 0.0051)).ShouldBe(3);
        Left(() => VicReg.Of(x, u)).ShouldBe(4);
        Left(() => Sinkhorn.Assign(x, 0.05, 3)).ShouldBe(1);
        Left(() => Sinkhorn.Assign(x, u, 0.05, 3)).ShouldBe(1);
        Left(() => SwAv.Loss([x, u], [v], 0.1)).ShouldBe(1);
        Left(() => Dino.Loss([x, u], [v], center, 0.1, 0.04)).ShouldBe(2);
        foreach (var estimator in Enum.GetValues<MmdEstimator>())
            Left(() => Mmd.Loss(x, u, estimator)).ShouldBe(1);
        Left(() => Coral.Loss(x, u)).ShouldBe(1);
        Left(() => L1Alignment.Loss(x, u)).ShouldBe(1);
        Left(() => GradientReversal.Of(x, 0.5)).ShouldBe(1);
        Left(() => DomainClassification.Loss(logit, logit)).ShouldBe(1);
        Left(() => DomainClassification.Accuracy(logit, logit)).ShouldBe(1);
        Left(() => ClassifierDiscrepancy.Loss(x, u)).ShouldBe(1);
        Left(() => FixMatch.Loss(u, x, 0.5)).ShouldBe(1);
        Left(() => FixMatch.PseudoLabels(x, 0.5)).ShouldBe(2);
        Left(() => SelfEnsembling.Loss(x, u, 0.5)).ShouldBe(1);
        Left(() => AlignmentUniformity.Alignment(x, u)).ShouldBe(1);
        Left(() => AlignmentUniformity.Uniformity(x)).ShouldBe(1);
        Left(() => Contrastive.OfPairs(x, u, similar)).ShouldBe(3);
        Left(() => Contrastive.OfLabels(x, y)).ShouldBe(3);
        Left(() => Triplet.OfTriplets(x, u, v)).ShouldBe(2);
        foreach (var mining in Enum.GetValues<TripletMining>())
            Left(() => Triplet.OfLabels(x, y, mining)).ShouldBe(2);
    }

    [Fact]
    public void A_row_that_is_not_a_matrix_row_is_refused_before_it_reaches_native_code()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => UnitRows.Of(ones(3))).Message.ShouldContain("(3)");
        Should.Throw<ArgumentException>(() => UnitRows.Of(zeros(0, 4))).Message.ShouldContain("(0, 4)");
        Should.Throw<ArgumentException>(() => UnitRows.Of(ones(2, 2, dtype: ScalarType.Int64))).Message.ShouldContain("Int64");
    }

    private static int Left<T>(Func<T> loss)
    {
        using var scope = NewDisposeScope();
        loss();
        return scope.DisposablesCount;
    }

    private static Tensor SwappedPrediction(Tensor x, double epsilon, double temperature) =>
        SwAv.Loss([x, x.flip(0), x * 2], [Sinkhorn.Assign(x, epsilon, 3), Sinkhorn.Assign(x.flip(0), x, epsilon, 3)], temperature);

    /// <summary>A memory with a row for each of x's.</summary>
    private static Tensor Memory(Tensor x) => UnitRows.Of(Random(12)).narrow(1, 0, x.size(1));

    private static Tensor Random(int rows) => Sample.Leaf(Sample.Rows(rows, 4, 11), ScalarType.Float32).detach();
}
