namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>
/// What a path in an archive says about its item. A path is a key and never touches the file system; one that tries to leave the archive is refused all the
/// same.
/// </summary>
/// <param name="Group">No path says it; a manifest or a form may.</param>
readonly record struct ItemPath(string Key, string? Label, string? Domain, string? Split, string? Group = null)
{
    /// <returns>The split that a folder of this name stands for, or null.</returns>
    public static string? SplitNamed(string folder) => folder.ToLowerInvariant() switch
    {
        "train" or "training" => "train",
        "val" or "valid" or "validation" => "val",
        "test" or "testing" => "test",
        _ => null,
    };

    /// <summary>Folders, and what desktops leave behind in archives.</summary>
    public static bool IsNoise(string path) =>
        path.EndsWith('/') || path.Split('/', '\\') is [.., var file] parts
            && (file.StartsWith('.') || file is "Thumbs.db" or "desktop.ini" || parts.Contains("__MACOSX"));

    /// <summary>A path in its one spelling: '/' between its parts, nothing before and behind them.</summary>
    public static string Inside(string path) => string.Join('/', Parts(path));

    /// <summary>Reads a path.</summary>
    /// <returns>The item's place, or null with the reason.</returns>
    public static ItemPath? Read(string path, ImportOptions options, out string? reason)
    {
        var parts = Parts(path);
        if ((reason = Unfit(path, parts)) is not null)
            return null;
        var inside = string.Join('/', parts);
        if (!inside.StartsWith(options.Root, StringComparison.Ordinal))
        {
            reason = $"It lies outside the root '{options.Root}'.";
            return null;
        }

        inside = inside[options.Root.Length..];
        var folders = inside.Split('/')[..^1];
        string? split = null;
        if (folders is [var first, .. var rest] && SplitNamed(first) is { } leading)
            (split, folders) = (leading, rest);
        else if (options.Layout == ImportLayout.Auto && folders is [_, var second, _, ..] && SplitNamed(second) is { } inner)
            (split, folders) = (inner, folders[2..]);

        if (Place(folders, options.Layout) is not { } place)
        {
            reason = $"It lies {folders.Length} folders deep, which the layout does not know (at most split/domain/label/file); `root` and `layout` say how to read it.";
            return null;
        }

        return new ItemPath(options.Prefix + inside, place.Label, place.Domain, split ?? options.Split);
    }

    private static string[] Parts(string path) => [.. path.Replace('\\', '/').Split('/').Where(p => p is not ("" or "."))];

    private static (string? Label, string? Domain)? Place(string[] folders, ImportLayout layout) => (layout, folders) switch
    {
        (ImportLayout.Flat, _) or (ImportLayout.Auto, []) => (null, null),
        (ImportLayout.Auto or ImportLayout.Label, [var label]) => (label, null),
        (ImportLayout.Auto or ImportLayout.DomainLabel, [var domain, var label]) => (label, domain),
        _ => null,
    };

    private static string? Unfit(string path, string[] parts)
    {
        if (parts.Contains(".."))
            return "Its path leads out of the archive.";
        return parts.Length == 0 ? "Its path is empty." : null;
    }
}
