using ContrastiveService.Storage.Collections.Reembeddings;

namespace ContrastiveService.Api.Collections.Reembeddings;

/// <summary>A collection on its way to another model version.</summary>
/// <param name="From">The version that it was of: <c>name:version</c>.</param>
/// <param name="To">The version that it goes to.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>. Until it has succeeded the collection is as it was.</param>
/// <param name="Done">Items that are done, of <paramref name="Total"/>; what is written meanwhile is to do again.</param>
/// <param name="Failed">Items that have no vector of the new version; <c>…/failures</c> lists them with the reasons.</param>
/// <param name="Dropped">Items that the cut-over left out.</param>
/// <param name="ItemsPerSecond">How fast it is; null before the first items are done.</param>
/// <param name="SecondsLeft">How long it will take, about; null when that is not known, or it has ended.</param>
public sealed record ReembeddingView(
    Guid Id, string From, string To, string State, bool DropMissing, bool DropFailed, long Done, long Total, long Failed, long Dropped, double? ItemsPerSecond, double? SecondsLeft,
    string? Error, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static ReembeddingView Of(Reembedding r)
    {
        double? rate = r.Done > 0 && r.Seconds > 0 ? r.Done / r.Seconds : null;
        var active = r.State is "queued" or "running";
        return new(
            r.Id, r.From, r.To, r.State, r.DropMissing, r.DropFailed, r.State == "succeeded" ? r.Total : active ? Math.Max(0, r.Total - r.Behind) : Math.Min(r.Done, r.Total), r.Total,
            r.Failed, r.Dropped, rate, active ? r.Behind / rate : null, r.Error, r.CreatedAt, r.UpdatedAt);
    }
}
