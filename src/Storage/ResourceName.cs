using System.Text.RegularExpressions;

namespace ContrastiveService.Storage;

/// <summary>
/// What data sets, jobs, models and aliases may be called: letters, digits, dot, underscore and dash, so that <c>name:version</c> and <c>name@alias</c>
/// stay unambiguous.
/// </summary>
public static partial class ResourceName
{
    public const string Pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$";

    public static bool IsValid(string? name) => name is not null && Regex().IsMatch(name);

    [GeneratedRegex(Pattern)]
    private static partial Regex Regex();
}
