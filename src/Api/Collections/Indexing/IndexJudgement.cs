using System.Globalization;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;

namespace ContrastiveService.Api.Collections.Indexing;

/// <summary>Whether searches of a collection use its approximate index, and where one is wanted and they do not, why.</summary>
/// <param name="Approximate">They do.</param>
/// <param name="State">How far it is; <c>ready</c> also where none is wanted.</param>
/// <param name="Reason">Why they compare everything although an index is wanted.</param>
sealed record IndexJudgement(bool Approximate, string State, string? Reason)
{
    public const string Behind = "behind", LacksWrites = "The approximate index lacks writes, which are being carried over.";

    /// <param name="collection">The collection.</param>
    /// <param name="index">What is known of its index; null when nothing was ever chosen or done.</param>
    /// <param name="fits">The collection fits into the memory for searches.</param>
    /// <param name="minimum">Recall that is wanted, 0 to 1.</param>
    public static IndexJudgement Of(Collection collection, CollectionIndex? index, bool fits, double minimum)
    {
        if (index?.Chosen switch { IndexChoice.Exact => true, IndexChoice.Hnsw => false, _ => fits })
            return new(false, CollectionIndex.Ready, null);
        return index switch
        {
            null or { State: CollectionIndex.Waiting } => No(CollectionIndex.Waiting, "The approximate index is not begun yet."),
            { State: CollectionIndex.Failed } => No(CollectionIndex.Failed, index.Error ?? "The approximate index could not be built."),
            { State: CollectionIndex.Filling or CollectionIndex.Building } => No(index.State, "The approximate index is being built."),
            { Matches: false } => No(Behind, "The approximate index does not fit the collection any more, and is being built anew."),
            _ when index.Revision < collection.Revision => No(Behind, LacksWrites),
            { Recall: null } => No(CollectionIndex.Measuring, "The recall of the approximate index is being measured."),
            { Recall: { } recall } when recall < minimum => No(
                index.State, string.Create(CultureInfo.InvariantCulture, $"The approximate index finds {recall:0.###} of the ten nearest; {minimum:0.###} are wanted (Api:SearchMinimumRecall).")),
            _ => new(true, index.State, null),
        };

        static IndexJudgement No(string state, string reason) => new(false, state, reason);
    }
}
