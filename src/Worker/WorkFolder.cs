using ContrastiveService.Storage.Jobs;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Worker;

/// <summary>
/// This worker's own folder under the cache, for what its trainers write on its way to the database. The kernel releases the lock in it when the
/// worker dies, so that the next worker to start knows which folders nobody needs any more.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;

    public WorkFolder(IOptions<WorkerOptions> options)
    {
        var all = System.IO.Path.Combine(options.Value.CachePath, "work");
        Directory.CreateDirectory(all);
        // One worker at a time, lest one takes the other's folder for abandoned between its making and its locking.
        using var alone = FileLock.Take(LockOf(all));
        _path = Directory.CreateDirectory(System.IO.Path.Combine(all, Guid.NewGuid().ToString("N"))).FullName;
        _lock = FileLock.Take(LockOf(_path));
        foreach (var folder in Directory.GetDirectories(all))
            RemoveIfAbandoned(folder);
    }

    public JobFolder ForJob(JobLease lease) => new(Directory.CreateDirectory(System.IO.Path.Combine(_path, $"{lease.JobId:N}-{lease.Fence}")).FullName);

    public void Dispose()
    {
        _lock.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    private static string LockOf(string folder) => System.IO.Path.Combine(folder, ".lock");

    private static void RemoveIfAbandoned(string folder)
    {
        using var abandoned = FileLock.TryTake(LockOf(folder));
        if (abandoned is not null)
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>One attempt's files, gone when it ends.</summary>
    internal sealed record JobFolder(string Path) : IDisposable
    {
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
