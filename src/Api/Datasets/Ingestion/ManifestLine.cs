namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A line of a manifest.</summary>
/// <param name="Number">From 1; of the first of its lines if it has several.</param>
/// <param name="Path">The picture's, from the manifest's folder on.</param>
/// <param name="Problem">Why it says nothing; null if it does.</param>
readonly record struct ManifestLine(long Number, string Path, string? Label, string? Domain, string? Group, string? Split, string? Problem = null)
{
    /// <param name="number">The line's.</param>
    /// <param name="values">In the order of <see cref="ManifestFile.Columns"/>; empty ones are none.</param>
    public static ManifestLine Of(long number, IReadOnlyList<string?> values)
    {
        var (inside, split) = (ItemPath.Inside(values[0] ?? ""), Some(values[4]));
        if (inside.Length == 0)
            return Bad(number, "It names no path.");
        var part = split is null ? null : ItemPath.SplitNamed(split);
        return part is null && split is not null
            ? Bad(number, $"There is no split '{split}'. There are: train, val, test.")
            : new(number, inside, Some(values[1]), Some(values[2]), Some(values[3]), part);

        static string? Some(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }

    public static ManifestLine Bad(long number, string problem) => new(number, "", null, null, null, null, problem);
}
