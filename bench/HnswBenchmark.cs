using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Training.Search;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static System.FormattableString;

namespace ContrastiveService.Bench;

/// <summary>
/// The ten nearest through an HNSW index in a private PostgreSQL against all vectors compared, in memory and in the database: recall, and time from the caller's side of the connection. Vectors
/// of two kinds: at random, the worst case for any index, and in clusters, as encoders make them.
/// </summary>
internal static class HnswBenchmark
{
    private const int Width = 128, Queries = 200, K = 10, Threads = 2, Piece = 2000, Clusters = 1000;

    private static readonly int[] Searches = [50, 100, 200, 400];

    public static async Task<int> RunAsync(string[] counts)
    {
        await using var scratch = await ScratchDatabase.StartAsync();
        await using var services = new ServiceCollection().AddLogging().AddStorage(scratch.ConnectionString).BuildServiceProvider();
        await services.GetRequiredService<Database>().MigrateAsync(CancellationToken.None);
        if (await services.GetRequiredService<VectorExtension>().EnsureAsync(CancellationToken.None) is { } obstacle)
        {
            Console.Error.WriteLine($"Approximate search is not measured. {obstacle}");
            return 0;
        }

        var report = new Report(
            "search-hnsw", "vectors", "kind", "built, s", "ef_search", "recall@10", "p50, ms", "p95, ms", "a tenth allowed: recall, p95, ms", "compared in memory, p50, ms", "in the database, p50, ms");
        foreach (var count in counts.Length > 0 ? counts.Select(text => int.Parse(text, CultureInfo.InvariantCulture)) : [100_000])
            foreach (var clustered in new[] { false, true })
                await AddAsync(report, services, count, clustered);
        report.Publish();
        return 0;
    }

    private static async Task AddAsync(Report report, ServiceProvider services, int count, bool clustered)
    {
        var kind = clustered ? "clustered" : "random";
        Console.Error.WriteLine(Invariant($"{count} {kind} vectors of {Width}"));
        var store = services.GetRequiredService<HnswStore>();
        var (collection, index) = await FillAsync(services, count, clustered);
        var clock = Stopwatch.GetTimestamp();
        await using (var build = await store.TryBeginAsync(collection.Id, CancellationToken.None))
            await build!.BringUpAsync(CancellationToken.None);
        var built = Stopwatch.GetElapsedTime(clock).TotalSeconds;

        var queries = Enumerable.Range(0, Queries).Select(i => new VectorQuery(Draw(-1 - i, clustered), K)).ToArray();
        var memory = new List<double>();
        var nearest = queries.Select(query => Timed(memory, () => Ids(index.Search([query], Threads)[0]))).ToArray();
        var tenth = new MetadataFilter.Equal("part", JsonElement.Parse("3"));
        var first = await FirstIdAsync(services, collection);
        long[] allowed = [.. Enumerable.Range(0, count / 10).Select(i => first + (10L * i) + 3)];
        var nearestAllowed = queries.Select(query => Ids(index.Search([query with { Among = allowed }], Threads)[0])).ToArray();
        var scans = new List<double>();
        foreach (var query in queries.Take(20))
            await TimedAsync(scans, () => ScanAsync(store, collection.Id, query));

        foreach (var efSearch in Searches)
        {
            var (times, recall) = await MeasureAsync(store, collection.Id, queries, nearest, efSearch, null);
            var (filteredTimes, filteredRecall) = await MeasureAsync(store, collection.Id, queries, nearestAllowed, efSearch, tenth);
            var (p50, p95, filtered95) = (times[Queries / 2], times[Queries * 95 / 100], filteredTimes[Queries * 95 / 100]);
            var (inMemory, inDatabase) = (Report.Median(memory), Report.Median(scans));
            report.Add(
                new { count, width = Width, kind, built, efSearch, recall, p50, p95, filteredRecall, filtered95, inMemory, inDatabase, k = K, threads = Threads },
                Invariant($"{count:#,0}"), kind, Invariant($"{built:0}"), Invariant($"{efSearch}"), Invariant($"{recall:0.000}"), Invariant($"{p50:0.0}"), Invariant($"{p95:0.0}"),
                Invariant($"{filteredRecall:0.000}, {filtered95:0.0}"), Invariant($"{inMemory:0.0}"), Invariant($"{inDatabase:0.0}"));
        }
    }

    private static async Task<(double[] Times, double Recall)> MeasureAsync(
        HnswStore store, Guid collectionId, VectorQuery[] queries, HashSet<long>[] nearest, int efSearch, MetadataFilter? filter)
    {
        var times = new List<double>();
        var (found, wanted) = (0, 0);
        foreach (var query in queries.Take(10))
            await NearestAsync(store, collectionId, query, efSearch, filter);
        for (var i = 0; i < queries.Length; i++)
        {
            var hits = await TimedAsync(times, () => NearestAsync(store, collectionId, queries[i], efSearch, filter));
            (found, wanted) = (found + hits.Count(hit => nearest[i].Contains(hit.Id)), wanted + nearest[i].Count);
        }

        return ([.. times.Order()], found / (double)wanted);
    }

    private static async Task<IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)>> NearestAsync(HnswStore store, Guid id, VectorQuery query, int efSearch, MetadataFilter? filter)
    {
        await using var snapshot = await store.OpenAsync(id, CancellationToken.None);
        return await snapshot.NearestAsync(query.Vector, K, efSearch, null, filter, CancellationToken.None);
    }

    private static async Task<long> ScanAsync(HnswStore store, Guid id, VectorQuery query)
    {
        await using var snapshot = await store.OpenAsync(id, CancellationToken.None);
        return (await snapshot.ScanAsync(query.Vector, K, float.NegativeInfinity, null, null, CancellationToken.None)).Matches;
    }

    /// <summary>The same vectors in a collection and in memory, under the same ids.</summary>
    private static async Task<(Collection Collection, VectorIndex Index)> FillAsync(ServiceProvider services, int count, bool clustered)
    {
        var database = services.GetRequiredService<Database>();
        var (version, name) = (Guid.CreateVersion7(), clustered ? "clustered" : "random");
        await RunAsync(database, "alter table model_version drop constraint if exists model_version_job_id_fkey, drop constraint if exists model_version_checkpoint_id_fkey");
        await RunAsync(database, "insert into model (name) values ($1) on conflict do nothing", $"{name}-{count}");
        await RunAsync(
            database, "insert into model_version (id, model, version, job_id, checkpoint_id, plan, card, width) values ($1, $2, 1, $1, $1, '{}', '{}', $3)", version, $"{name}-{count}", Width);
        var collection = await services.GetRequiredService<CollectionStore>().CreateAsync($"{name}-{count}", version, half: false, CancellationToken.None);
        await services.GetRequiredService<HnswStore>().ChooseAsync(collection.Id, IndexChoice.Hnsw, CancellationToken.None);
        var index = new VectorIndex(Width, half: false);
        var items = services.GetRequiredService<CollectionItemStore>();
        foreach (var piece in Enumerable.Range(0, count).Chunk(Piece))
        {
            var vectors = piece.Select(i => VectorFormat.Encode(Draw(i, clustered), half: false)).ToArray();
            await items.UpsertAsync(
                collection, [.. piece.Select((i, at) => new NewCollectionItem(Invariant($"{i:00000000}"), $$"""{ "part": {{i % 10}} }""", vectors[at]))], CancellationToken.None);
            var first = await FirstIdAsync(services, collection);
            index.Apply(piece.Select((i, at) => (first + i, new ReadOnlyMemory<byte>(vectors[at]))));
        }

        await RunAsync(database, "analyze");
        return (collection, index);
    }

    // Written in order by nobody else, ids follow each other.
    private static async Task<long> FirstIdAsync(ServiceProvider services, Collection collection) =>
        (await services.GetRequiredService<CollectionItemStore>().GetAsync(collection.Id, "00000000", CancellationToken.None))!.Id;

    private static async Task RunAsync(Database database, string sql, params object[] parameters)
    {
        await using var command = database.Source.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private static float[] Draw(int seed, bool clustered)
    {
        var vector = RandomVector.Draw(seed, Width);
        if (!clustered)
            return vector;
        // Two of one cluster have a cosine of about a half.
        var centre = RandomVector.Draw(int.MinValue + new Random(seed).Next(Clusters), Width);
        return VectorFormat.Unit([.. vector.Zip(centre, (own, common) => own + common)]);
    }

    private static HashSet<long> Ids(SearchResult result) => [.. result.Hits.Select(hit => hit.Id)];

    private static T Timed<T>(List<double> times, Func<T> work)
    {
        var clock = Stopwatch.GetTimestamp();
        var result = work();
        times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        return result;
    }

    private static async Task<T> TimedAsync<T>(List<double> times, Func<Task<T>> work)
    {
        var clock = Stopwatch.GetTimestamp();
        var result = await work();
        times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        return result;
    }
}
