using ContrastiveService.Training.Losses;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>How each definition of tasks.json is computed by this project.</summary>
internal static class TaskMeasures
{
    public static IReadOnlyDictionary<string, Func<GoldenCase, Tensor>> ByDefinition { get; } = new Dictionary<string, Func<GoldenCase, Tensor>>
    {
        ["uncertainty_weighting_half"] = c => UncertaintyWeighting.Loss(c["losses"], c["s"]),
    };
}
