using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>How each definition of clustering.json is computed by this project.</summary>
internal static class ClusteringMeasures
{
    public static IReadOnlyDictionary<string, Func<GoldenCase, Tensor>> ByDefinition { get; } = new Dictionary<string, Func<GoldenCase, Tensor>>
    {
        ["sinkhorn"] = c => Assignments(c).square().sum(),
        ["swav"] = c => SwAv.Loss([.. Views(c, "high").Concat(Views(c, "low"))], [.. Enumerable.Range(0, Views(c, "high").Length).Select(view => Assignment(c, view))], c.Number("temperature")),
        ["dino"] = c => DinoSteps(c, 1).Losses[0],
        ["dino#2"] = c => stack(DinoSteps(c, 2).Losses).sum(),
    };

    public static Tensor Assignments(GoldenCase c) => Sinkhorn.Assign(c["scores"], c.Number("epsilon"), (int)c.Number("iterations"));

    /// <summary>The loss of each step, and the centre after it, which begins as 0.</summary>
    public static (Tensor[] Losses, Tensor[] Centers) DinoSteps(GoldenCase c, int steps)
    {
        var (losses, centers) = (new List<Tensor>(), new List<Tensor>());
        using var center = new RunningCenter((int)c["t0_0"].size(1));
        for (var step = 0; step < steps; step++)
        {
            var teacher = Views(c, $"t{step}_");
            losses.Add(Dino.Loss(Views(c, $"s{step}_"), teacher, center.Value, c.Number("student_temp"), c.Number("teacher_temp")).Loss);
            center.Remember(cat(teacher));
            center.Update(c.Number("center_momentum"));
            centers.Add(center.Value.clone());
        }

        return ([.. losses], [.. centers]);
    }

    private static Tensor Assignment(GoldenCase c, int view)
    {
        var (epsilon, iterations) = (c.Number("sinkhorn_epsilon"), (int)c.Number("sinkhorn_iterations"));
        return c.Has($"queue{view}")
            ? Sinkhorn.Assign(c[$"high{view}"], c[$"queue{view}"], epsilon, iterations)
            : Sinkhorn.Assign(c[$"high{view}"], epsilon, iterations);
    }

    private static Tensor[] Views(GoldenCase c, string kind) => [.. Enumerable.Range(0, 8).Where(view => c.Has($"{kind}{view}")).Select(view => c[$"{kind}{view}"])];
}
