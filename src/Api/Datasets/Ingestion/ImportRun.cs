using System.Threading.Channels;
using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>One upload, batch by batch, into its data set. Good items go in; what is wrong with the others is written down.</summary>
sealed class ImportRun(ActiveImport import, ImportStore imports, DatasetItemStore items, ApiOptions limits)
{
    /// <exception cref="UploadException">The upload cannot be read to its end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // One batch waits while one is written and one is read: the database and the decoder work at the same time, and memory stays flat.
        var batches = Channel.CreateBounded<CheckedBatch>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => new ImportReading(import, limits, batches.Writer).RunAsync(over.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
                await WriteAsync(batch, cancellationToken);
        }
        finally
        {
            // Its files go when this ends, so it must have let go of them.
            await over.CancelAsync();
            await reading;
        }
    }

    /// <returns>What was not added, and why.</returns>
    public static IEnumerable<(string Key, string Reason)> Rejects(AddResult added, ContentDuplicates sameContent)
    {
        foreach (var key in added.DuplicateKeys)
            yield return (key, "An item with this key is there already; it was left as it is.");
        if (sameContent == ContentDuplicates.Skip)
            foreach (var same in added.SameContent)
                yield return (same.Key, $"Its content is that of '{same.First}', which is there already.");
    }

    private async Task WriteAsync(CheckedBatch batch, CancellationToken cancellationToken)
    {
        var bad = batch.Bad.ToList();
        if (batch.Good.Count > 0)
            bad.AddRange(Rejects(await items.AddAsync(import.Id, batch.Good, cancellationToken, import.Options.Duplicates), import.Options.Duplicates));
        if (bad.Count > 0)
            await imports.RejectAsync(import.Id, bad, cancellationToken);
    }
}
