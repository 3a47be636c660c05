using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Indexing;

/// <summary>
/// Recall@10 of an approximate index: of items drawn from the collection, how many of the ten nearest it finds, on average. What ties with the tenth counts as found. The search is made
/// broader until recall is high enough or nothing more is to be gained.
/// </summary>
sealed record RecallMeasure(double Recall, int Sample, int EfSearch)
{
    private const int K = 10, Largest = 100, Narrowest = 50, Broadest = 800;

    // Scores of one pair differ by that much at most between two ways of adding up.
    private const float Tie = 1e-6f;

    /// <param name="snapshot">Both ways look at the same items.</param>
    /// <param name="aim">Recall at which the search is broad enough.</param>
    /// <param name="threads">Threads for comparing.</param>
    /// <param name="cancellationToken">The server stops.</param>
    public static async Task<RecallMeasure> TakeAsync(HnswSnapshot snapshot, double aim, int threads, CancellationToken cancellationToken)
    {
        var drawn = await snapshot.SampleAsync(Largest, cancellationToken);
        VectorQuery[] queries = [.. drawn.Select(item => new VectorQuery(VectorFormat.Unit(VectorFormat.Decode(item.Vector.Span, snapshot.Half)), K) { Except = item.Id })];
        var nearest = await CompareAllAsync(snapshot, queries, threads, cancellationToken);
        for (var efSearch = Narrowest; ; efSearch *= 2)
        {
            var recalls = new double[queries.Length];
            for (var i = 0; i < queries.Length; i++)
                recalls[i] = await RecallAsync(snapshot, queries[i], nearest[i], efSearch, cancellationToken);
            var recall = recalls.DefaultIfEmpty(1).Average();
            if (recall >= aim || efSearch >= Broadest)
                return new(recall, queries.Length, efSearch);
        }
    }

    private static async Task<double> RecallAsync(HnswSnapshot snapshot, VectorQuery query, Hit[] nearest, int efSearch, CancellationToken cancellationToken)
    {
        if (nearest.Length == 0)
            return 1;
        var found = await snapshot.NearestAsync(query.Vector, K, efSearch, query.Except, null, cancellationToken);
        var hits = Rescoring.Order(query, found, snapshot.Width, snapshot.Half).Hits;
        return Math.Min(1, hits.Count(hit => hit.Score >= nearest[^1].Score - Tie) / (double)nearest.Length);
    }

    /// <summary>One pass over everything for all queries, a piece in memory at a time.</summary>
    private static async Task<Hit[][]> CompareAllAsync(HnswSnapshot snapshot, VectorQuery[] queries, int threads, CancellationToken cancellationToken)
    {
        var best = queries.Select(_ => Array.Empty<Hit>()).ToArray();
        await foreach (var piece in snapshot.AllAsync(cancellationToken))
        {
            var index = new VectorIndex(snapshot.Width, snapshot.Half);
            index.Apply(piece);
            var results = index.Search(queries, threads);
            for (var i = 0; i < best.Length; i++)
                best[i] = [.. best[i].Concat(results[i].Hits).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id).Take(K)];
        }

        return best;
    }
}
