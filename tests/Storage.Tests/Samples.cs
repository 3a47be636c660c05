using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

/// <summary>Data sets and jobs for tests that are about something else.</summary>
static class Samples
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    static int names;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string NewName() => $"sample-{Interlocked.Increment(ref names)}";

    public static NewItem Item(string key, string? label = null, int bytes = 100, string? domain = null, string? split = null)
    {
        var content = new byte[bytes];
        new Random(key.GetHashCode(StringComparison.Ordinal)).NextBytes(content);
        return new NewItem(key, label, domain, null, split, "image/png", 28, 28, 1, content);
    }

    /// <summary>A data set with one published version of these items.</summary>
    public static async Task<Dataset> DatasetAsync(TestDatabase database, params NewItem[] items)
    {
        var dataset = await database.Get<DatasetStore>().CreateAsync(NewName(), null, Cancel);
        await ImportAsync(database, dataset.Id, items.Length == 0 ? [Item("a")] : items);
        return (await database.Get<DatasetStore>().GetAsync(dataset.Id, Cancel))!;
    }

    public static async Task<DatasetImport> ImportAsync(TestDatabase database, Guid datasetId, params NewItem[] items)
    {
        var import = await database.Get<ImportStore>().StartAsync(datasetId, "test", Cancel);
        await database.Get<DatasetItemStore>().AddAsync(import.Id, items, Cancel);
        return await database.Get<ImportStore>().SucceedAsync(import.Id, Cancel);
    }

    public static async Task<NewTrainingJob> NewJobAsync(TestDatabase database, int maxAttempts = 3)
    {
        var dataset = await DatasetAsync(database);
        return new NewTrainingJob(NewName(), dataset.Id, dataset.Version, """{"method":{"type":"simclr"}}""", QueueName.Cpu, maxAttempts);
    }

    public static async Task<TrainingJob> JobAsync(TestDatabase database, int maxAttempts = 3) =>
        (await database.Get<TrainingJobStore>().CreateAsync(await NewJobAsync(database, maxAttempts), null, "hash", Cancel)).Job;

    public static async Task<JobLease> ClaimedAsync(TestDatabase database, int maxAttempts = 3)
    {
        var job = await JobAsync(database, maxAttempts);
        await FetchAsync(database, job);
        return (await database.Get<JobLeaseStore>().ClaimAsync(job.Id, "worker-1", Lease, Cancel))!;
    }

    public static async Task<TrainingJob> ReadAsync(TestDatabase database, Guid id) => (await database.Get<TrainingJobStore>().GetAsync(id, Cancel))!;

    /// <summary>As if its worker had been silent for longer than the lease.</summary>
    public static Task RunOutAsync(TestDatabase database, Guid id) =>
        database.Get<Database>().ExecuteAsync("update training_job set lease_until = now() - interval '1 second' where id = @id", new { id }, Cancel);

    public static async Task<IReadOnlyList<string>> EventsAsync(TestDatabase database, Guid id)
    {
        var events = await database.Get<JobEventStore>().ListAsync(id, 0, 1000, Cancel);
        events.Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, events.Count).Select(i => (long)i), "the sequence has no gap and no double");
        return [.. events.Select(e => e.Type)];
    }

    /// <summary>What Hangfire does with a delivery before it calls a worker.</summary>
    static async Task FetchAsync(TestDatabase database, TrainingJob job)
    {
        const string sql = """
            with fetched as (update hangfire.jobqueue set fetchedat = now() at time zone 'utc' where jobid::text = @HangfireId returning jobid)
            update hangfire.job set statename = 'Processing' where id in (select jobid from fetched)
            """;
        (await database.Get<Database>().ExecuteAsync(sql, new { job.HangfireId }, Cancel)).ShouldBe(1);
    }

    /// <summary>How often Hangfire would deliver the job.</summary>
    public static Task<long> DeliveriesAsync(TestDatabase database, Guid id) => database.Get<Database>().FirstAsync<long>(
        "select count(*) from hangfire.jobqueue q join hangfire.job j on j.id = q.jobid where j.statename = 'Enqueued' and j.arguments::text like '%' || @id || '%'",
        new { id = id.ToString() },
        Cancel);
}
