using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>How each definition of the files is computed by this project.</summary>
internal static class GoldenMeasures
{
    public static IReadOnlyDictionary<string, Func<GoldenCase, Tensor>> ByDefinition { get; } =
        new[]
        {
            ContrastMeasures.ByDefinition, DistillationMeasures.ByDefinition, ClusteringMeasures.ByDefinition, AdaptationMeasures.ByDefinition, TaskMeasures.ByDefinition,
        }.SelectMany(family => family).ToDictionary();
}
