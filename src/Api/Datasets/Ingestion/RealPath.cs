namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Where a path leads when every symbolic link in it is followed, as the system does when it opens it.</summary>
static class RealPath
{
    // What Linux takes, too.
    private const int MostLinks = 40;

    /// <param name="path">Absolute.</param>
    /// <exception cref="IOException">Its links lead in a circle.</exception>
    public static string Of(string path)
    {
        var left = new Stack<string>(path.Split('/').Reverse());
        var real = "/";
        var links = 0;
        while (left.TryPop(out var part))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException($"'{path}' has too many symbolic links in it.");
            if (Path.IsPathRooted(target))
                real = "/";
            foreach (var step in target.Split('/').Reverse())
                left.Push(step);
        }

        return real;
    }
}
