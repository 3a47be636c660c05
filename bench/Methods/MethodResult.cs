using System.Text.Json;

namespace ContrastiveService.Bench.Methods;

/// <summary>What one run of one method came to.</summary>
/// <param name="Name">The row.</param>
/// <param name="Data">The pictures.</param>
/// <param name="Seed">The run's.</param>
/// <param name="Plan">The full plan.</param>
/// <param name="Before">The untrained network's scores.</param>
/// <param name="After">The trained network's.</param>
/// <param name="Seconds">Wall clock of the training, over all tries.</param>
/// <param name="Threads">It ran with.</param>
/// <param name="Found">What the run itself concluded, such as accuracies by domain.</param>
/// <param name="Warnings">What the run warned of.</param>
internal sealed record MethodResult(
    string Name, string Data, long Seed, JsonElement Plan, MethodScores Before, MethodScores After, double Seconds, int Threads,
    IReadOnlyDictionary<string, double> Found, IReadOnlyList<string> Warnings)
{
    /// <summary>The same with what one of the run's phases found, under plain names.</summary>
    public MethodResult Only(string prefix) =>
        this with { Found = Found.Where(f => f.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(f => f.Key[prefix.Length..], f => f.Value) };
}
