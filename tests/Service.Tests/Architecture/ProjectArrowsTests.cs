using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ContrastiveService.Service.Tests.Architecture;

public sealed partial class ProjectArrowsTests
{
    private static readonly string Sources = Path.Combine(Repository.Root, "src");

    [Theory]
    [InlineData("Training", "")]
    [InlineData("Storage", "")]
    [InlineData("Api", "Storage Training")]
    [InlineData("Worker", "Storage Training")]
    [InlineData("Local", "Storage")]
    public void A_project_knows_these_projects_and_no_others(string project, string known) =>
        string.Join(' ', References(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order()).ShouldBe(known);

    [Fact]
    public void The_source_folder_holds_no_project_without_a_rule_here() =>
        Directory.GetDirectories(Sources).Select(Path.GetFileName).Order().ShouldBe(["Api", "Local", "Storage", "Training", "Worker"]);

    [Fact]
    public void Training_has_no_web_no_hosting_and_no_database()
    {
        string[] foreign = ["Microsoft.AspNetCore", "Microsoft.Extensions.Hosting", "Hangfire", "Npgsql", "Dapper", "dbup", "Serilog"];
        References("Training", "PackageReference").Concat(References("Training", "FrameworkReference"))
            .Where(package => foreign.Any(package.StartsWith)).ShouldBeEmpty();
    }

    [Fact]
    public void Only_Storage_speaks_SQL()
    {
        var speakers = Repository.Files("*.cs", "src")
            .Where(file => Sql().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Sources, file).Split(Path.DirectorySeparatorChar)[0]);
        speakers.Distinct().ShouldBe(["Storage"]);
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Sources, project, $"{project}.csproj")).Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);

    // A string that begins as a statement of SQL, or the means to run one.
    [GeneratedRegex("""using Dapper;|NpgsqlCommand|"\s*(select\s[^"]+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|with\s+\w+\s+as\s*\()\s""", RegexOptions.IgnoreCase)]
    private static partial Regex Sql();
}
