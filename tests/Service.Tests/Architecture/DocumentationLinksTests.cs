using System.Text.RegularExpressions;

namespace ContrastiveService.Service.Tests.Architecture;

public sealed partial class DocumentationLinksTests
{
    public static TheoryData<string> Pages { get; } =
        [.. Repository.Files("*.md").Select(page => Path.GetRelativePath(Repository.Root, page))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_to_a_file_leads_to_one(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        Links().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))
            .Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && target.Length > 0 && !Path.Exists(Path.Combine(folder, target)))
            .ShouldBeEmpty();
    }

    // [text](target#section), and ![text](target)
    [GeneratedRegex(@"\]\(([^)#\s]*)[^)]*\)")]
    private static partial Regex Links();
}
