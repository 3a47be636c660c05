using System.Threading.Channels;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Reads an import's files and checks them, a batch ahead of what writes them to the database.</summary>
sealed class ImportReading(ActiveImport import, ApiOptions limits, ChannelWriter<CheckedBatch> batches)
{
    private const int BatchItems = 512;
    private const long BatchBytes = 8 << 20;

    private readonly List<UploadEntry> batch = [];
    private long batchBytes;
    private long unpacked;

    /// <summary>Ends the channel when all is read, or with the reason why not all could be; an <see cref="UploadException"/> is the sender's.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var entry in Entries())
            {
                batch.Add(entry);
                batchBytes += entry.Bytes?.Length ?? 0;
                if (batch.Count >= BatchItems || batchBytes >= BatchBytes)
                    await FlushAsync(cancellationToken);
            }

            await FlushAsync(cancellationToken);
            batches.Complete();
        }
        catch (Exception e)
        {
            batches.Complete(e);
        }
    }

    private IEnumerable<UploadEntry> Entries()
    {
        var (source, options) = (import.Source!, import.Options);
        if (source.FindManifest(options.Root, import.Folder) is not { } file)
            return source.Read(options, limits, import.Advance).Select(entry => Placed(entry, options, null));
        // Where a manifest says what pictures are, folders may mean anything.
        return Entries(file, options with { Layout = options.Layout == ImportLayout.Auto ? ImportLayout.Flat : options.Layout });
    }

    private IEnumerable<UploadEntry> Entries(ManifestFile file, ImportOptions options)
    {
        using var manifest = new Manifest(import.Folder);
        foreach (var line in file.Lines())
            if (manifest.Add(line) is { } problem)
                yield return new($"{file.Name}:{line.Number}", null, problem);
        foreach (var entry in import.Source!.Read(options, limits, import.Advance))
            yield return Placed(entry, options, manifest);
        foreach (var path in manifest.Unseen())
            yield return new(path, null, $"'{file.Name}' names it, but it is not there.");
    }

    private static UploadEntry Placed(UploadEntry entry, ImportOptions options, Manifest? manifest)
    {
        if (entry.Bytes is null || entry.Place is not null)
            return entry;
        if (ItemPath.Read(entry.Path, options, out var reason) is not { } place)
            return entry with { Bytes = null, Reason = reason };
        if (manifest is null)
            return entry with { Place = place };
        return manifest.Over(place.Key[options.Prefix.Length..], place) is { } named
            ? entry with { Place = named }
            : entry with { Bytes = null, Reason = "The manifest does not name it." };
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        unpacked += batchBytes;
        if (unpacked > limits.MaxArchiveBytes)
            throw new UploadException($"There are more than {limits.MaxArchiveBytes} bytes in it (Api:MaxArchiveBytes). Nothing of it was published; send it in parts.");
        var results = batch.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(Check).ToArray();
        batch.Clear();
        batchBytes = 0;
        var good = results.Where(r => r.Item is not null).Select(r => r.Item!).ToArray();
        var bad = results.Where(r => r.Item is null).Select(r => (r.Path, r.Reason!)).ToArray();
        await batches.WriteAsync(new(good, bad), cancellationToken);
    }

    private (NewItem? Item, string Path, string? Reason) Check(UploadEntry entry)
    {
        if (entry.Bytes is null || entry.Place is not { } place)
            return (null, entry.Path, entry.Reason);
        try
        {
            return (PictureCheck.Accept(place, entry.Bytes, limits), entry.Path, null);
        }
        catch (ImageFormatException e)
        {
            return (null, entry.Path, e.Message);
        }
    }
}
