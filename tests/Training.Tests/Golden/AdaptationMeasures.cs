using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>How each definition of adaptation.json is computed by this project.</summary>
internal static class AdaptationMeasures
{
    public static IReadOnlyDictionary<string, Func<GoldenCase, Tensor>> ByDefinition { get; } = new Dictionary<string, Func<GoldenCase, Tensor>>
    {
        ["mk_mmd"] = c => Mmd.Loss(c["s"], c["t"], MmdEstimator.Quadratic, c.Numbers("alphas")) + PeersConstant(c),
        ["mk_mmd_linear"] = c => Mmd.Loss(c["s"], c["t"], MmdEstimator.Linear, c.Numbers("alphas")) + PeersConstant(c),
        ["mmd_single_sigma"] = c => Mmd.Loss(c["s"], c["t"], MmdEstimator.Quadratic, [Math.Pow(c.Number("sigma"), 2) / MeanSquaredDistance(c)]) + PeersConstant(c),
        ["mmd_biased_v_statistic"] = c => Mmd.Loss(c["s"], c["t"], MmdEstimator.Biased, [.. Mmd.Alphas.Select(alpha => alpha * WithoutSelf(c))]),
        ["deep_coral"] = c => Coral.Loss(c["s"], c["t"]),
        ["coral_tll"] = c => 4 * Coral.Loss(c["s"], c["t"]) + (c["s"].mean([0]) - c["t"].mean([0])).square().mean(), // this peer leaves the ¼ out and adds the means
        ["dann"] = Dann,
        ["dann#2"] = Dann,
        ["dann#3"] = Dann,
        ["fixmatch"] = c => FixMatch.Loss(c["weak"], c["strong"], c.Number("threshold")),
        ["fixmatch#2"] = c => FixMatch.Loss(c["weak"], c["strong"], c.Number("threshold")),
        ["mean_teacher_softmax_mse"] = c => c["student"].size(0) * SelfEnsembling.Loss(c["student"], c["teacher"], 0), // this peer sums over the batch
    };

    /// <summary>λ at the case's iteration.</summary>
    public static double Coefficient(GoldenCase c) => GradientReversal.Coefficient(c.Number("iter") / c.Number("max_iters"), c.Number("alpha"));

    /// <summary>(N, 1) and (M, 1): what the case's discriminator makes of both domains.</summary>
    public static (Tensor Source, Tensor Target) Discriminate(GoldenCase c)
    {
        var x = GradientReversal.Of(cat([c["s"], c["t"]]), Coefficient(c)).mm(c["w"]) + c["b"];
        var logits = c.Definition == "dann#2" ? x.relu().mm(c["w2"]) + c["b2"] : x;
        return (logits.narrow(0, 0, c["s"].size(0)), logits.narrow(0, c["s"].size(0), c["t"].size(0)));
    }

    private static Tensor Dann(GoldenCase c)
    {
        var (source, target) = Discriminate(c);
        return DomainClassification.Loss(source, target);
    }

    /// <summary>This peer adds 2/(n − 1), whatever the rows.</summary>
    private static double PeersConstant(GoldenCase c) => 2.0 / (c["s"].size(0) - 1);

    /// <summary>This peer's mean distance leaves rows with themselves out.</summary>
    private static double WithoutSelf(GoldenCase c) => 2.0 * c["s"].size(0) / ((2.0 * c["s"].size(0)) - 1);

    private static double MeanSquaredDistance(GoldenCase c)
    {
        using var ungraded = no_grad();
        var rows = cat([c["s"], c["t"]]).to(float64);
        return (rows.unsqueeze(0) - rows.unsqueeze(1)).square().sum(2).mean().ToDouble();
    }
}
