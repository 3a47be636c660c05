using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>One upload, entry by entry, into its data set. Good items go in by batches; what is wrong with the others is written down.</summary>
sealed class ImportRun(ActiveImport import, ImportStore imports, DatasetItemStore items, ApiOptions limits)
{
    public const string Duplicate = "An item with this key is there already; it was left as it is.";

    private const int BatchItems = 512;
    private const long BatchBytes = 8 << 20;

    private readonly List<UploadEntry> batch = [];
    private long batchBytes;
    private long unpacked;

    /// <exception cref="UploadException">The upload cannot be read to its end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in import.Upload!.Read(import.Options, limits, import.Advance))
        {
            batch.Add(entry);
            batchBytes += entry.Bytes?.Length ?? 0;
            if (batch.Count >= BatchItems || batchBytes >= BatchBytes)
                await FlushAsync(cancellationToken);
        }

        await FlushAsync(cancellationToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        unpacked += batchBytes;
        if (unpacked > limits.MaxArchiveBytes)
            throw new UploadException(
                $"The archive unpacks to more than {limits.MaxArchiveBytes} bytes (Api:MaxArchiveBytes). Nothing of it was published; send it in parts.");
        var checkedEntries = batch.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(Check).ToArray();
        batch.Clear();
        batchBytes = 0;

        var good = checkedEntries.Where(c => c.Item is not null).Select(c => c.Item!).ToArray();
        var bad = checkedEntries.Where(c => c.Item is null).Select(c => (c.Path, c.Reason!)).ToList();
        if (good.Length > 0)
        {
            var added = await items.AddAsync(import.Id, good, cancellationToken);
            bad.AddRange(added.DuplicateKeys.Select(key => (key, Duplicate)));
        }

        if (bad.Count > 0)
            await imports.RejectAsync(import.Id, bad, cancellationToken);
    }

    private (NewItem? Item, string Path, string? Reason) Check(UploadEntry entry)
    {
        var reason = entry.Reason;
        if (entry.Bytes is null || (entry.Place ?? ItemPath.Read(entry.Path, import.Options, out reason)) is not { } place)
            return (null, entry.Path, reason);
        try
        {
            return (PictureCheck.Accept(place, null, entry.Bytes, limits), entry.Path, null);
        }
        catch (ImageFormatException e)
        {
            return (null, entry.Path, e.Message);
        }
    }
}
