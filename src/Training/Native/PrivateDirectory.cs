using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace ContrastiveService.Training.Native;

/// <summary>
/// Keeps a file that will be executed where nobody but this user can have written it.
/// </summary>
[SupportedOSPlatform("linux")]
static class PrivateDirectory
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The user's cache directory first; the temporary directory for users without a home, as in many containers.</summary>
    public static IEnumerable<string> Candidates()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (Path.IsPathRooted(cache)) yield return Path.Combine(cache, "contrastive-service");
        else if (Path.IsPathRooted(home)) yield return Path.Combine(home, ".cache", "contrastive-service");
        yield return Path.Combine(Path.GetTempPath(), $"contrastive-service-{Libc.EffectiveUser.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>
    /// Writes <paramref name="content"/> under a name made of its own hash, or finds it already there, byte for byte; returns the path.
    /// Processes that do so at the same moment do not disturb one another: the file appears by a rename.
    /// </summary>
    /// <exception cref="IOException">The directory belongs to somebody else, or others may write into it.</exception>
    public static string Keep(string directory, string name, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(directory, OwnerOnly);
        var (owner, mode, isDirectory) = Libc.Status(directory);
        if (!isDirectory || owner != Libc.EffectiveUser || (mode & ~OwnerOnly) != 0)
            throw new IOException($"{directory} is not a private directory of this user (owner {owner}, mode {mode}); a library from there would not be safe to load.");

        var hash = Convert.ToHexStringLower(SHA256.HashData(content))[..16];
        var path = Path.Combine(directory, $"{Path.GetFileNameWithoutExtension(name)}-{hash}{Path.GetExtension(name)}");
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content)) return path;

        var unfinished = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():n}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = OwnerOnly };
            using (var file = new FileStream(unfinished, options)) file.Write(content);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
        return path;
    }
}
