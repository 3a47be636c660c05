namespace ContrastiveService.Local;

/// <summary>The folder that everything is kept in, ours alone while this runs.</summary>
internal static class DataFolder
{
    /// <summary>The folder, until what is returned is disposed.</summary>
    /// <exception cref="LocalException">Another start uses it.</exception>
    public static IDisposable Take(string path)
    {
        Directory.CreateDirectory(path);
        try
        {
            return new FileStream(Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new LocalException($"{path} is in use by another start of this program. Stop that one, or choose another folder with --data.");
        }
    }
}
