using ContrastiveService.Training;

namespace ContrastiveService.Worker.Running;

/// <summary>
/// The folder of decoded stores, shared by the trainers of a machine and kept within a budget: the store used longest ago goes first, and none that is in use.
/// Beside each store lies its lock: who opens, builds or deletes the store holds it, and its time says when the store was last asked for.
/// </summary>
/// <param name="path">The folder.</param>
/// <param name="budget">Bytes that stores may take together; one that is larger by itself is kept while it is used and goes when room is next made.</param>
/// <param name="clock">Tells when a store was asked for.</param>
/// <param name="free">Bytes that the disk has free.</param>
internal sealed class CacheFolder(string path, long budget, TimeProvider clock, Func<long> free)
{
    public CacheFolder(string path, long budget, TimeProvider clock)
        : this(Directory.CreateDirectory(path).FullName, budget, clock, () => new DriveInfo(path).AvailableFreeSpace)
    {
    }

    public string PathOf(string store) => Path.Combine(path, store);

    public static string LockOf(string store) => store + ".lock";

    /// <summary>Notes that a store is asked for; its lock must be held.</summary>
    public void Touch(string store) => File.SetLastWriteTimeUtc(LockOf(store), clock.GetUtcNow().UtcDateTime);

    /// <summary>Sweeps what killed builds left, and deletes stores until so many bytes more fit into the budget and onto the disk.</summary>
    /// <param name="store">What the room is for; its lock must be held.</param>
    /// <param name="bytes">That it will take.</param>
    /// <exception cref="TrainingFailedException">The disk has too little space even so.</exception>
    public void MakeRoom(string store, long bytes)
    {
        DeleteLeftovers(store);
        foreach (var other in Others(store))
        {
            using var alone = FileLock.TryTake(LockOf(other));
            if (alone is null)
                continue; // being built, or being opened
            DeleteLeftovers(other);
            if ((Taken() + bytes > budget || free() < bytes) && !IsOpen(other))
                Delete(other);
        }

        if (free() is var left && left < bytes)
        {
            throw new TrainingFailedException(
                $"The decoded pictures take {bytes} bytes under '{path}', and its disk has {left} free. "
                + "Free some space, let Worker__CachePath lie on a larger disk, or choose a smaller imageSize; then resume the job.");
        }
    }

    private string[] Others(string store) =>
        [.. Directory.GetFiles(path, "*" + LockOf("")).OrderBy(File.GetLastWriteTimeUtc).Select(file => file[..^LockOf("").Length]).Where(other => other != store)];

    private long Taken() => new DirectoryInfo(path).EnumerateFiles().Sum(file => file.Length);

    // An open store holds a shared lock on its pixels. Those that were deleted would stay readable, but their space would not come back.
    private static bool IsOpen(string store)
    {
        if (!File.Exists(store))
            return false;
        using var alone = FileLock.TryTake(store);
        return alone is null;
    }

    private static void DeleteLeftovers(string store) => DeleteAll(store, ".*.tmp*");

    private static void Delete(string store)
    {
        File.Delete(store); // first: without its pixels a store is absent
        DeleteAll(store, ".index*");
    }

    private static void DeleteAll(string store, string pattern)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(store)!, Path.GetFileName(store) + pattern))
            File.Delete(file);
    }
}
