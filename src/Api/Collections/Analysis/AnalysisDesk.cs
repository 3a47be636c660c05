using System.Text.Json;
using ContrastiveService.Api.Collections.Searching;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Search;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Collections.Analysis;

/// <summary>Work that compares items with each other: one at a time, on a copy of their vectors, within limits of items and of time.</summary>
sealed class AnalysisDesk(CollectionItemStore items, IndexCache indexes, IOptions<ApiOptions> options) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Runs the work on the collection's vectors, or on those that a filter leaves.</summary>
    /// <exception cref="ApiException">422: there are too many items, or it takes too long.</exception>
    public async Task<(VectorTable Table, T Result)> RunAsync<T>(
        Collection collection, JsonElement filter, Func<VectorTable, int, CancellationToken, T> work, CancellationToken cancellationToken)
    {
        var condition = FilterReader.Read(filter);
        await turn.WaitAsync(cancellationToken);
        try
        {
            var among = condition is null ? null : await items.MatchAsync(collection, condition, cancellationToken);
            CheckCount(among?.Count ?? collection.Items);
            var table = await indexes.CopyAsync(collection, among, cancellationToken);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(options.Value.AnalysisSeconds));
            return (table, await Task.Run(() => work(table, options.Value.SearchThreads, limit.Token), cancellationToken));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TooMuch($"This takes more than {options.Value.AnalysisSeconds} s (Api:AnalysisSeconds).");
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Says what rows are; those that were deleted meanwhile are left out.</summary>
    public async Task<IReadOnlyList<JudgedItem>> DescribeAsync(Collection collection, IReadOnlyList<(long Id, double Cosine)> judged, CancellationToken cancellationToken)
    {
        var described = await items.DescribeAsync(collection.Id, [.. judged.Select(item => item.Id)], cancellationToken);
        return [.. from item in judged where described.ContainsKey(item.Id) let found = described[item.Id]
                   select new JudgedItem(found.Key, Math.Clamp(item.Cosine, -1, 1), JsonElement.Parse(found.Metadata))];
    }

    public void Dispose() => turn.Dispose();

    private void CheckCount(long count)
    {
        if (count > options.Value.AnalysisItems)
            throw TooMuch($"There are {count} items to compare with each other; {options.Value.AnalysisItems} are allowed (Api:AnalysisItems).");
    }

    private static ApiException TooMuch(string what) =>
        new(StatusCodes.Status422UnprocessableEntity, "too_much_work", what + " Narrow them with filter, or raise that limit.", "filter");
}
