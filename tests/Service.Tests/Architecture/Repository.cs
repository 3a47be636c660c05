namespace ContrastiveService.Service.Tests.Architecture;

/// <summary>The sources that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["bin", "obj", "data", "node_modules", ".git"];

    public static string Root { get; } = Above(AppContext.BaseDirectory);

    /// <summary>All files of that name but those that a build or a run made.</summary>
    public static IEnumerable<string> Files(string pattern, string folder = "") => new DirectoryInfo(Path.Combine(Root, folder))
        .EnumerateFiles(pattern, new EnumerationOptions { RecurseSubdirectories = true }).Select(file => file.FullName)
        .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(Made.Contains));

    private static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "ContrastiveService.sln")) ? folder : Above(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("ContrastiveService.sln"));
}
