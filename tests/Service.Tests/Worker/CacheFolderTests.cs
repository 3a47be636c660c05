using ContrastiveService.Training;
using ContrastiveService.Training.Data;
using ContrastiveService.Worker;
using ContrastiveService.Worker.Running;

namespace ContrastiveService.Service.Tests.Worker;

public sealed class CacheFolderTests : IDisposable
{
    private const int Side = 10, PixelBytes = 10_000;

    private readonly string folder = Directory.CreateTempSubdirectory("cache-folder-").FullName;
    private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_was_asked_for_longest_ago_makes_room()
    {
        var (old, middle, fresh) = (Store("old"), Store("middle"), Store("fresh"));
        Ask(old); // again, after the others

        Room(budget: 35_000, bytes: PixelBytes);

        ImageStoreBuilder.Exists(middle).ShouldBeFalse();
        ImageStoreBuilder.Exists(old).ShouldBeTrue();
        ImageStoreBuilder.Exists(fresh).ShouldBeTrue();
        Directory.GetFiles(folder, "middle*").ShouldBe([CacheFolder.LockOf(middle)]);
    }

    [Fact]
    public void A_store_in_use_is_kept_whatever_it_takes()
    {
        var (used, idle) = (Store("used"), Store("idle"));
        using var open = ImageStore.Open(used);

        Room(budget: 0, bytes: PixelBytes);

        ImageStoreBuilder.Exists(used).ShouldBeTrue();
        ImageStoreBuilder.Exists(idle).ShouldBeFalse();
        open.Dispose();
        Room(budget: 0, bytes: PixelBytes);
        ImageStoreBuilder.Exists(used).ShouldBeFalse();
    }

    [Fact]
    public void A_store_that_somebody_builds_is_left_alone()
    {
        var building = Path.Combine(folder, "building");
        using var theirs = FileLock.TryTake(CacheFolder.LockOf(building));
        File.WriteAllText(building + ".123.tmp", "half of it");

        Room(budget: 0, bytes: PixelBytes);

        File.Exists(building + ".123.tmp").ShouldBeTrue();
    }

    [Fact]
    public void What_killed_builds_left_is_swept()
    {
        Store("whole");
        File.WriteAllText(Path.Combine(folder, "whole.9f.tmp"), "half of it");
        File.WriteAllText(Path.Combine(folder, "new.77.tmp"), "half of it");
        File.WriteAllText(Path.Combine(folder, "new.77.tmp.index"), "half of it");

        Room(budget: 1 << 30, bytes: PixelBytes);

        Directory.GetFiles(folder, "*.tmp*").ShouldBeEmpty();
        ImageStoreBuilder.Exists(Path.Combine(folder, "whole")).ShouldBeTrue();
    }

    [Fact]
    public void A_full_disk_takes_what_is_not_in_use_and_then_says_what_is_needed_and_what_there_is()
    {
        var idle = Store("idle");

        var refused = Should.Throw<TrainingFailedException>(() => Room(budget: 1 << 30, bytes: PixelBytes, free: () => 5_000));

        ImageStoreBuilder.Exists(idle).ShouldBeFalse();
        refused.Message.ShouldContain("10000 bytes");
        refused.Message.ShouldContain("5000 free");
        refused.Message.ShouldContain(folder);
        refused.Message.ShouldContain("Worker__CachePath");
    }

    private void Room(long budget, long bytes, Func<long>? free = null)
    {
        var cache = new CacheFolder(folder, budget, new Clock(now), free ?? (() => long.MaxValue));
        using var ours = FileLock.TryTake(CacheFolder.LockOf(cache.PathOf("new")));
        cache.MakeRoom(cache.PathOf("new"), bytes);
    }

    private void Ask(string store)
    {
        now += TimeSpan.FromMinutes(1);
        using var held = FileLock.Take(CacheFolder.LockOf(store));
        new CacheFolder(folder, 0, new Clock(now), () => 0).Touch(store);
    }

    private string Store(string name)
    {
        var path = Path.Combine(folder, name);
        using (var builder = new ImageStoreBuilder(path, Side, 1))
        {
            for (var i = 0; i < PixelBytes / (Side * Side); i++)
                builder.AddDecoded(new ImageRecord($"{i}", null, null, null), new byte[Side * Side]);
            builder.Finish();
        }

        Ask(path);
        return path;
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
