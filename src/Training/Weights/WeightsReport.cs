namespace ContrastiveService.Training.Weights;

/// <summary>What came of laying a file of weights on an encoder.</summary>
/// <param name="Prefix">What stands before the encoder's names in the file, with its dot; empty for nothing.</param>
/// <param name="AlsoFit">Other prefixes under which as much would have fitted, such as a teacher's beside a student's.</param>
/// <param name="Matched">The encoder's tensors that get the file's values.</param>
/// <param name="Adapted">Those among them whose values had to be fitted to another shape, and how.</param>
/// <param name="Missing">The encoder's tensors that the file lacks: they keep their initial values.</param>
/// <param name="Mismatched">Those that it has in another shape, with both: they keep their initial values too.</param>
/// <param name="LeftOver">The file's tensors that have no place in the encoder, under their names in the file.</param>
public sealed record WeightsReport(
    string Prefix, IReadOnlyList<string> AlsoFit, IReadOnlyList<string> Matched, IReadOnlyList<string> Adapted, IReadOnlyList<string> Missing,
    IReadOnlyList<string> Mismatched, IReadOnlyList<string> LeftOver)
{
    const string Counter = ".num_batches_tracked", Shown = ", ";

    /// <summary>Of a hundred, how many the file must have at least.</summary>
    const int LeastMatched = 50;

    /// <summary>Of a hundred, how many may have another shape.</summary>
    const int MostMismatched = 10;

    /// <summary>
    /// Whether these are weights of this architecture: at least half of its tensors are there, and at most a tenth have another shape. Two residual networks
    /// share most of their names, and many shapes; a mixture of both would be neither.
    /// </summary>
    public bool Fits
    {
        get
        {
            var wanted = Matched.Count + Missing.Count(IsWeight) + Mismatched.Count;
            return 100 * Matched.Count >= LeastMatched * wanted && 100 * Mismatched.Count <= MostMismatched * wanted && Matched.Count > 0;
        }
    }

    /// <summary>All of it in a few lines' length, with the first names of each kind.</summary>
    public string Summary =>
        $"{Matched.Count} of {Matched.Count + Missing.Count + Mismatched.Count} tensors matched{(Prefix.Length > 0 ? $" under '{Prefix}'" : "")}"
        + (AlsoFit.Count > 0 ? $" ({string.Join(Shown, AlsoFit.Select(prefix => $"'{prefix}'"))} would have fitted as well)" : "")
        + Part("fitted to another shape", Adapted) + Part("missing, which keep their initial values", Missing)
        + Part("of another shape, which keep their initial values", Mismatched) + Part("left over", LeftOver) + ".";

    /// <summary>Batch norms count batches; files from before PyTorch 0.4.1 lack it, and nothing depends on it.</summary>
    static bool IsWeight(string name) => !name.EndsWith(Counter, StringComparison.Ordinal);

    static string Part(string what, IReadOnlyList<string> names) =>
        names.Count == 0 ? "" : $"; {names.Count} {what}: {string.Join(Shown, names.Take(5))}{(names.Count > 5 ? $" and {names.Count - 5} more" : "")}";
}
