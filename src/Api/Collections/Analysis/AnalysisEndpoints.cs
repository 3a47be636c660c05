using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Analysis;

static class AnalysisEndpoints
{
    private const int ListedOfGroup = 100, MostListed = 1000, MostNeighbours = 100, LargestSubset = 10_000;

    public static void MapAnalysis(this RouteGroupBuilder collections)
    {
        collections.MapPost("/{name}/duplicates", DuplicatesAsync).WithExample("""{ "minCosine": 0.999 }""")
            .WithSummary("Groups of items that are nearly the same: all pairs are compared, and those with the minimum cosine joined.");
        collections.MapPost("/{name}/outliers", OutliersAsync).WithExample("""{ "neighbours": 10, "limit": 50 }""")
            .WithSummary("Items unlike all others: those with the lowest mean cosine to their nearest neighbours.");
        collections.MapPost("/{name}/subset", SubsetAsync).WithExample("""{ "size": 100 }""")
            .WithSummary("A few items that stand for all, such as those to label first: greedy k-center (arXiv 1708.00489).");
    }

    private static Task<DuplicatesView> DuplicatesAsync(
        string name, FindDuplicates body, CollectionStore collections, AnalysisDesk desk, CancellationToken cancellationToken) =>
        collections.WithAsync(
            name,
            async collection =>
            {
                var limit = Between("limit", body.Limit ?? 100, MostListed);
                if (body.MinCosine is not { } minimum || minimum is not (>= -1 and <= 1))
                    throw ApiException.BadRequest("minCosine", "minCosine is needed, -1 to 1: from which cosine on two items count as the same. 0.999 is a start.");
                var (table, groups) = await desk.RunAsync(
                    collection, body.Filter, (table, threads, stop) => NearDuplicates.Find(table, (float)minimum, threads, stop), cancellationToken);
                var listed = new List<NearGroup>();
                foreach (var group in groups.Take(limit))
                    listed.Add(new NearGroup(
                        group.Length,
                        await desk.DescribeAsync(collection, [.. group.Take(ListedOfGroup).Select(row => (table.Ids[row], table.Cosine(group[0], row)))], cancellationToken)));
                return new DuplicatesView(collection.Name, collection.ModelName(), table.Count, groups.Count, groups.Sum(group => group.Length), listed);
            },
            cancellationToken);

    private static Task<JudgedView> OutliersAsync(
        string name, FindOutliers body, CollectionStore collections, AnalysisDesk desk, CancellationToken cancellationToken) =>
        collections.WithAsync(
            name,
            async collection =>
            {
                var (neighbours, limit) = (Between("neighbours", body.Neighbours ?? 10, MostNeighbours), Between("limit", body.Limit ?? 50, MostListed));
                var (table, means) = await desk.RunAsync(
                    collection, body.Filter, (table, threads, stop) => table.Count < 2 ? [] : Outliers.MeanCosines(table, neighbours, threads, stop), cancellationToken);
                var lowest = means.Select((mean, row) => (Id: table.Ids[row], Cosine: (double)mean)).OrderBy(item => item.Cosine).ThenBy(item => item.Id).Take(limit).ToArray();
                return new JudgedView(collection.Name, collection.ModelName(), table.Count, await desk.DescribeAsync(collection, lowest, cancellationToken));
            },
            cancellationToken);

    private static Task<JudgedView> SubsetAsync(
        string name, ChooseSubset body, CollectionStore collections, AnalysisDesk desk, CancellationToken cancellationToken) =>
        collections.WithAsync(
            name,
            async collection =>
            {
                var size = Between("size", body.Size ?? throw ApiException.BadRequest("size", "size is needed: how many items to choose."), LargestSubset);
                var (table, subset) = await desk.RunAsync(
                    collection, body.Filter, (table, threads, stop) => table.Count == 0 ? ([], []) : DiverseSubset.Choose(table, size, threads, stop), cancellationToken);
                var chosen = subset.Rows.Zip(subset.Coverage, (row, coverage) => (table.Ids[row], (double)coverage)).ToArray();
                return new JudgedView(collection.Name, collection.ModelName(), table.Count, await desk.DescribeAsync(collection, chosen, cancellationToken));
            },
            cancellationToken);

    private static int Between(string param, int value, int most) =>
        value >= 1 && value <= most ? value : throw ApiException.BadRequest(param, $"{param} is {value}; it must be 1 to {most}.");
}
