using System.Text.Json;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>How an upload is read.</summary>
/// <param name="Layout">What its folders mean.</param>
/// <param name="Root">Only what lies under this folder is taken, and the folder is left out of keys; empty for all.</param>
/// <param name="Split">The split of items whose path names none.</param>
/// <param name="Prefix">Put before every key.</param>
/// <param name="LabelNames">Names of the classes 0, 1, 2, … of IDX labels; empty keeps the numbers.</param>
public sealed record ImportOptions(ImportLayout Layout, string Root, string? Split, string Prefix, IReadOnlyList<string> LabelNames)
{
    public static ImportOptions Read(string? layout, string? root, string? split, string? prefix, string? labelNames)
    {
        var names = Enum.GetValues<ImportLayout>().ToDictionary(l => JsonNamingPolicy.KebabCaseLower.ConvertName(l.ToString()));
        if (!names.TryGetValue(layout ?? "auto", out var kind))
            throw ApiException.BadRequest("layout", $"There is no layout '{layout}'. There are: {string.Join(", ", names.Keys)}.");
        return new ImportOptions(
            kind,
            string.IsNullOrEmpty(root) ? "" : root.Trim('/') + "/",
            CheckSplit(split),
            prefix ?? "",
            labelNames?.Split(',', StringSplitOptions.TrimEntries) ?? []);
    }

    public static string? CheckSplit(string? split) => string.IsNullOrEmpty(split)
        ? null
        : ItemPath.SplitNamed(split) ?? throw ApiException.BadRequest("split", $"There is no split '{split}'. There are: train, val, test.");
}
