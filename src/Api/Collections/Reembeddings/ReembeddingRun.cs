using System.Diagnostics;
using ContrastiveService.Api.Collections.Background;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Reembeddings;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Reembeddings;

/// <summary>
/// One claimed re-embedding: item by item in the order in which they were written, from where it stands, until nothing is behind; then what came at the last moment, and the
/// cut-over, while nobody can write.
/// </summary>
sealed class ReembeddingRun
{
    private const int Batch = 32;

    // So many items are embedded at first while writers wait; each time that more have come, twice as many the next time. So it ends, however much is written.
    private const int FirstRest = 64;

    private readonly Reembedding work;
    private readonly ReembeddingStore reembeddings;
    private readonly BackgroundEmbedder embedder;
    private readonly ModelVersion version;
    private readonly bool half;
    private WritePlace place;

    private ReembeddingRun(Reembedding work, ReembeddingStore reembeddings, BackgroundEmbedder embedder, ModelVersion version, bool half) =>
        (this.work, this.reembeddings, this.embedder, this.version, this.half, place) = (work, reembeddings, embedder, version, half, work.Position);

    /// <exception cref="NotFoundException">The collection or the version is gone.</exception>
    public static async Task<ReembeddingRun> OpenAsync(
        Reembedding work, CollectionStore collections, ReembeddingStore reembeddings, ModelStore models, BackgroundEmbedder embedder, CancellationToken cancellationToken)
    {
        var collection = await collections.GetAsync(work.CollectionId, cancellationToken) ?? throw new NotFoundException("The collection was deleted.");
        var version = await models.ResolveAsync(work.To, cancellationToken) ?? throw new NotFoundException($"The model version {work.To} is gone.");
        return new ReembeddingRun(work, reembeddings, embedder, version, collection.Half);
    }

    /// <returns>Whether it came to its end; false when it was cancelled, or another process has taken it over.</returns>
    /// <exception cref="ApiException">Items have no vector of the new version, and are not to be dropped.</exception>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        for (long most = FirstRest; ; most *= 2)
        {
            if (!await CatchUpAsync(cancellationToken))
                return false;
            await using var cutOver = await reembeddings.BeginCutOverAsync(work, place, cancellationToken);
            if (await cutOver.BehindAsync(cancellationToken) > most)
                continue;
            while (await cutOver.NextAsync(Batch, cancellationToken) is { Count: > 0 } rest)
                await cutOver.AddAsync(await EmbedAsync(rest, cancellationToken), cancellationToken);
            await CheckAsync(cutOver, cancellationToken);
            return await cutOver.CommitAsync(cancellationToken);
        }
    }

    private async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            var items = await reembeddings.NextAsync(work.CollectionId, place, Batch, cancellationToken);
            if (items.Count == 0)
                return true;
            var made = await EmbedAsync(items, cancellationToken);
            if (!await reembeddings.AdvanceAsync(work, made, Stopwatch.GetElapsedTime(start).TotalSeconds, WorkLease.Length, cancellationToken))
                return false;
            place = items[^1].Place;
        }
    }

    private async Task<IReadOnlyList<ReembeddedItem>> EmbedAsync(IReadOnlyList<SourceItem> items, CancellationToken cancellationToken)
    {
        var vectors = new Queue<(float[]? Vector, string? Problem)>(
            await embedder.EmbedAsync(version, [.. items.Where(item => item.Picture is not null).Select(item => item.Picture!)], cancellationToken));
        return [.. items.Select(item => item.Picture is null ? new ReembeddedItem(item, null, WhyMissing(item), Missing: true) : Made(item, vectors.Dequeue()))];
    }

    private ReembeddedItem Made(SourceItem item, (float[]? Vector, string? Problem) made) =>
        made.Vector is { } vector ? new(item, VectorFormat.Encode(vector, half)) : new(item, null, made.Problem);

    private async Task CheckAsync(CutOver cutOver, CancellationToken cancellationToken)
    {
        var (missing, failed, first) = await cutOver.LeftOutAsync(cancellationToken);
        if (missing > 0 && !work.DropMissing)
            throw Refused("items_without_picture", missing, "have no picture any more", first.Where(f => f.Missing).Take(5), "dropMissing");
        if (failed > 0 && !work.DropFailed)
            throw Refused("items_failed", failed, "could not be embedded", first.Where(f => !f.Missing).Take(5), "dropFailed");
    }

    private ApiException Refused(string code, long count, string what, IEnumerable<ReembeddingFailure> first, string option)
    {
        var names = string.Join("; ", first.Select(f => $"'{f.Key}': {f.Reason.TrimEnd('.')}"));
        return new(
            StatusCodes.Status409Conflict, code,
            $"{count} items {what}, so the collection stays with {work.From}. GET …/re-embeddings/{work.Id}/failures lists them; the first: {names}. "
            + $"Send them again or delete them, and start again; or start again with \"{option}\": true to leave them out.", option);
    }

    private static string WhyMissing(SourceItem item) => item.Dataset is null
        ? "It has no picture: it came as a vector, or its picture was not kept."
        : $"Its picture is gone: there is no item '{item.DatasetKey}' in a data set '{item.Dataset}' any more.";
}
