using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>How an upload is read.</summary>
/// <param name="Layout">What its folders mean.</param>
/// <param name="Root">Only what lies under this folder is taken, and the folder is left out of keys; empty for all.</param>
/// <param name="Split">The split of items whose path names none.</param>
/// <param name="Prefix">Put before every key.</param>
/// <param name="LabelNames">Names of the classes 0, 1, 2, … of IDX labels; empty keeps the numbers.</param>
/// <param name="Duplicates">What is done with pictures whose content is there already.</param>
public sealed record ImportOptions(
    ImportLayout Layout, string Root, string? Split, string Prefix, IReadOnlyList<string> LabelNames, ContentDuplicates Duplicates)
{
    public static ImportOptions Read(string? layout, string? root, string? split, string? prefix, string? labelNames, string? duplicates) => new(
        Choice<ImportLayout>("layout", layout),
        string.IsNullOrEmpty(root) ? "" : root.Trim('/') + "/",
        CheckSplit(split),
        prefix ?? "",
        labelNames?.Split(',', StringSplitOptions.TrimEntries) ?? [],
        Choice<ContentDuplicates>("duplicates", duplicates));

    /// <returns>The value of that name; the first one for null.</returns>
    public static T Choice<T>(string param, string? name)
        where T : struct, Enum
    {
        if (name is null)
            return default;
        var names = Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));
        return names.TryGetValue(name, out var value)
            ? value
            : throw ApiException.BadRequest(param, $"'{name}' is not known for {param}. There are: {string.Join(", ", names.Keys)}.");
    }

    public static string? CheckSplit(string? split) => string.IsNullOrEmpty(split)
        ? null
        : ItemPath.SplitNamed(split) ?? throw ApiException.BadRequest("split", $"There is no split '{split}'. There are: train, val, test.");
}
