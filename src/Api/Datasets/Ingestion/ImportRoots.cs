using ContrastiveService.Api.Errors;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>The folders of this machine that may be imported from (<c>Api:ImportRoots</c>). Links are followed before it is asked where a path lies.</summary>
sealed class ImportRoots(IOptions<ApiOptions> options)
{
    private readonly string[] roots = [.. options.Value.ImportRoots.Select(root => Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)))];

    /// <returns>Where the folder really is.</returns>
    /// <exception cref="ApiException">403: it lies in none of them, or there are none. 404: it does not exist. 400: it is no absolute path.</exception>
    public string Find(string? path)
    {
        if (roots.Length == 0)
            throw new ApiException(
                StatusCodes.Status403Forbidden, "folder_imports_off",
                "Folders of the server are not read, as the setting Api:ImportRoots is empty. To turn it on, set Api__ImportRoots__0 to a folder of the server "
                + "whose pictures callers may import.");
        if (!Path.IsPathFullyQualified(path ?? "") || path!.Split('/').Contains(".."))
            throw ApiException.BadRequest("path", "path must be the absolute path of a folder of the server, without '..'.");
        // Asked of the path as it stands, too: whether something exists outside is nobody's business.
        if (!Array.Exists(roots, root => Lies(Path.GetFullPath(path), root) || Lies(Path.GetFullPath(path), RealPath.Of(root))))
            throw Outside(path);
        var real = RealPath.Of(path);
        if (!Hold(real))
            throw Outside(path);
        return Directory.Exists(real) ? real : throw ApiException.NotFound("folder_not_found", $"There is no folder '{path}' on the server.", "path");
    }

    /// <param name="real">As <see cref="RealPath"/> gives it.</param>
    public bool Hold(string real) => Array.Exists(roots, root => Lies(real, RealPath.Of(root)));

    private static bool Lies(string path, string folder) => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    private ApiException Outside(string path) => new(
        StatusCodes.Status403Forbidden, "outside_import_roots",
        $"'{path}' does not lie in a folder that may be imported from, or a link leads out of it. There are: {string.Join(", ", roots)} (Api:ImportRoots).", "path");
}
