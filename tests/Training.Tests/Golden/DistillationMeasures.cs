using ContrastiveService.Training.Losses;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>How each definition of distillation.json is computed by this project.</summary>
internal static class DistillationMeasures
{
    public static IReadOnlyDictionary<string, Func<GoldenCase, Tensor>> ByDefinition { get; } = new Dictionary<string, Func<GoldenCase, Tensor>>
    {
        ["simsiam"] = c => SimSiam.Loss(c["p0"], c["p1"], c["z0"], c["z1"]),
        ["byol"] = c => Byol.Loss(c["p0"], c["p1"], c["z0"], c["z1"]),
        ["barlow_twins"] = c => BarlowTwins.Of(c["z0"], c["z1"], c.Number("lambda")).Loss,
        ["vicreg"] = c => VicReg.Of(c["z0"], c["z1"], c.Number("lambda"), c.Number("mu"), c.Number("nu")).Loss,
        // This peer adds the views' variance terms.
        ["vicreg_solo_variance_summed"] = c => VicReg.Of(c["z0"], c["z1"], c.Number("lambda"), 2 * c.Number("mu"), c.Number("nu")).Loss,
    };
}
