using System.Runtime.CompilerServices;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Training;
using ContrastiveService.Training.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Worker.Running;

/// <summary>
/// Data sets of this machine, decoded once for every size and number of channels that a job asked for. A store is whole or absent; while one trainer
/// decodes, another that needs the same waits for it. What is not in use makes room for what is, within <see cref="WorkerOptions.CacheBytes"/>.
/// </summary>
internal sealed class DecodedCache(DatasetItemStore items, IOptions<WorkerOptions> options, TrainerVoice voice, TimeProvider clock)
{
    // Of the files and of what the decoder makes of a picture: a store of another is not read.
    private const int Format = 3;
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
        var folder = new CacheFolder(Path.Combine(options.Value.CachePath, "images"), options.Value.CacheBytes, clock);
        var path = folder.PathOf($"{dataset:N}-v{version}-{plan.ImageSize}x{plan.Channels}-{Format}");
        using var building = await TakeAsync(CacheFolder.LockOf(path), ct);
        folder.Touch(path);
        if (!ImageStoreBuilder.Exists(path))
            await BuildAsync(folder, path, dataset, version, plan, record, ct);
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

    private async Task BuildAsync(CacheFolder folder, string path, Guid dataset, int version, TrainingPlan plan, JobRecord record, CancellationToken ct)
    {
        var count = await items.CountAsync(dataset, version, ct);
        folder.MakeRoom(path, count * plan.Channels * plan.ImageSize * plan.ImageSize);
        using var builder = new ImageStoreBuilder(path, plan.ImageSize, plan.Channels, count);
        var (bad, profiles, told) = (new List<string>(), 0, clock.GetTimestamp());
        await foreach (var picture in new ParallelDecoder(plan.ImageSize, plan.Channels).DecodeAsync(EncodedAsync(dataset, version, ct), ct))
        {
            if (picture.Fault is { } fault)
                bad.Add($"{picture.Record.Key}: {fault}");
            else
                builder.AddDecoded(picture.Record, picture.Chw.Span);
            profiles += picture.HasColorProfile ? 1 : 0;
            if (clock.GetElapsedTime(told) < TellEvery)
                continue;
            told = clock.GetTimestamp();
            await record.ProgressAsync(new TrainingProgress(0, plan.Epochs, 0, 0, null, null, 0, null, $"decoding, {builder.Count} of {count} pictures done"));
        }

        if (bad.Count > 0)
            await record.WarnAsync("unreadable-pictures", $"{bad.Count} pictures could not be decoded and are left out: {string.Join("; ", bad.Take(ToldAtMost))}");
        if (profiles > 0)
            await record.WarnAsync("colour-profiles-ignored", $"{profiles} pictures have a colour profile other than sRGB. It is ignored: their numbers are taken as sRGB.");
        builder.Finish();
        voice.Log(LogLevel.Information, $"Decoded {builder.Count} pictures into {path}");
    }

    private async IAsyncEnumerable<EncodedImage> EncodedAsync(Guid dataset, int version, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (item, bytes) in items.StreamAsync(dataset, version, ct))
            yield return new(new ImageRecord(item.Key, item.Label, item.Domain, item.Split, item.Group), bytes);
    }
}
