using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Training;
using ContrastiveService.Training.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Worker.Running;

/// <summary>
/// Data sets of this machine, decoded once for every size and number of channels that a job asked for. A store is whole or absent; while one trainer
/// decodes, another that needs the same waits for it.
/// </summary>
internal sealed class DecodedCache(DatasetItemStore items, IOptions<WorkerOptions> options, TrainerVoice voice, TimeProvider clock)
{
    private const int ToldAtMost = 5;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500), TellEvery = TimeSpan.FromSeconds(1);

    /// <summary>The job's data set at its plan's size, joined with its target's where that is another one. Pictures that cannot be decoded are left out, with a warning on the job.</summary>
    public async Task<ImageStore> OpenAsync(TrainingJob job, TrainingPlan plan, JobRecord record, CancellationToken ct)
    {
        var source = await OpenAsync(job.DatasetId, job.DatasetVersion, plan, record, ct);
        if (job is not { TargetDatasetId: { } target, TargetDatasetVersion: { } version })
            return source;
        try
        {
            return ImageStore.Join(source, await OpenAsync(target, version, plan, record, ct));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private async Task<ImageStore> OpenAsync(Guid dataset, int version, TrainingPlan plan, JobRecord record, CancellationToken ct)
    {
        var path = Path.Combine(options.Value.CachePath, "images", $"{dataset:N}-v{version}-{plan.ImageSize}x{plan.Channels}-2");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var building = await TakeAsync(path + ".lock", ct);
        if (!ImageStoreBuilder.Exists(path))
            await BuildAsync(path, dataset, version, plan, record, ct);
        return ImageStore.Open(path);
    }

    private async Task<FileStream> TakeAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            if (FileLock.TryTake(path) is { } taken)
                return taken;
            voice.Alive("waiting for another trainer to decode the same pictures");
            await Task.Delay(LookAgain, ct);
        }
    }

    private async Task BuildAsync(string path, Guid dataset, int version, TrainingPlan plan, JobRecord record, CancellationToken ct)
    {
        DeleteLeftovers(path);
        using var builder = new ImageStoreBuilder(path, plan.ImageSize, plan.Channels);
        var bad = new List<string>();
        var told = clock.GetTimestamp();
        await foreach (var (item, bytes) in items.StreamAsync(dataset, version, ct))
        {
            try
            {
                builder.Add(new ImageRecord(item.Key, item.Label, item.Domain, item.Split, item.Group), bytes.Span);
            }
            catch (ImageFormatException e)
            {
                bad.Add($"{item.Key}: {e.Message}");
            }

            if (clock.GetElapsedTime(told) < TellEvery)
                continue;
            told = clock.GetTimestamp();
            await record.ProgressAsync(new TrainingProgress(0, plan.Epochs, 0, 0, null, null, 0, null, $"decoding, {builder.Count} pictures done"));
        }

        if (bad.Count > 0)
            await record.WarnAsync("unreadable-pictures", $"{bad.Count} pictures could not be decoded and are left out: {string.Join("; ", bad.Take(ToldAtMost))}");
        builder.Finish();
        voice.Log(LogLevel.Information, $"Decoded {builder.Count} pictures into {path}");
    }

    // Of a build that was killed. We hold the lock: nobody is writing them.
    private static void DeleteLeftovers(string path)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*.tmp*"))
            File.Delete(file);
    }
}
