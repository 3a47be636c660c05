using System.Collections.Concurrent;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Tests;
using Hangfire.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContrastiveService.Storage.Tests;

public sealed class QueueTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_reaches_a_worker_of_its_queue_and_no_other()
    {
        await using var worker = await StartWorkerAsync(QueueName.Cpu);
        var forGpu = (await database.Get<TrainingJobStore>().CreateAsync(await Samples.NewJobAsync(database) with { Queue = QueueName.Gpu }, null, "hash", Cancel)).Job;
        var forCpu = await Samples.JobAsync(database);

        (await worker.Runner.NextAsync()).ShouldBe((forCpu.Id, true));

        worker.Runner.Calls.ShouldNotContain(call => call.JobId == forGpu.Id);
        (await Samples.DeliveriesAsync(database, forGpu.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_second_delivery_of_a_running_job_does_nothing()
    {
        await using var worker = await StartWorkerAsync(QueueName.Cpu);
        var job = await Samples.JobAsync(database);
        (await worker.Runner.NextAsync()).ShouldBe((job.Id, true));

        database.Get<JobDelivery>().Enqueue(job.Id, job.Queue);

        (await worker.Runner.NextAsync()).ShouldBe((job.Id, false));
        (await Samples.ReadAsync(database, job.Id)).Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_handed_back_by_a_stopping_worker_is_started_once_by_another()
    {
        var first = await StartWorkerAsync(QueueName.Cpu);
        first.Runner.HoldsUntilStopped = true;
        var job = await Samples.JobAsync(database);
        (await first.Runner.NextAsync()).ShouldBe((job.Id, true));

        await first.DisposeAsync();
        await using var second = await StartWorkerAsync(QueueName.Cpu);

        (await second.Runner.NextAsync()).ShouldBe((job.Id, true));
        var row = await Samples.ReadAsync(database, job.Id);
        (row.State, row.Attempt).ShouldBe((JobState.Running, 1));
        (await Samples.DeliveriesAsync(database, job.Id)).ShouldBe(0);
        second.Runner.Calls.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_a_worker_locked_when_it_was_killed_holds_up_nobody_for_long()
    {
        var job = await Samples.JobAsync(database);
        const string killed = "insert into hangfire.lock (resource, updatecount, acquired) values ('hangfire:job:' || @HangfireId || ':state-lock', 0, now() - interval '31 seconds')";
        await database.Get<Database>().ExecuteAsync(killed, new { job.HangfireId }, Cancel);

        await using var worker = await StartWorkerAsync(QueueName.Cpu);

        (await worker.Runner.NextAsync().WaitAsync(TimeSpan.FromMinutes(1), Cancel)).ShouldBe((job.Id, true));
    }

    [Fact]
    public async Task The_view_shows_live_workers_and_what_they_serve()
    {
        var view = database.Get<WorkerView>();
        await using var worker = await StartWorkerAsync(QueueName.Gpu);

        var server = view.Servers().ShouldHaveSingleItem();
        server.Queues.ShouldBe([QueueName.Gpu]);
        server.Slots.ShouldBe(1);
        view.Serves(QueueName.Gpu).ShouldBeTrue();
        view.Serves(QueueName.Cpu).ShouldBeFalse();

        await database.Get<Database>().ExecuteAsync("update hangfire.server set lastheartbeat = lastheartbeat - interval '1 minute' where id = @Name", new { server.Name }, Cancel);
        view.Serves(QueueName.Gpu).ShouldBeFalse();
    }

    [Fact]
    public async Task The_reaper_of_any_process_gives_an_orphaned_job_back()
    {
        var lease = await Samples.ClaimedAsync(database);
        await Samples.RunOutAsync(database, lease.JobId);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddStorage(database.ConnectionString).AddReaper();
        using var host = builder.Build();
        await host.Services.GetRequiredService<Database>().MigrateAsync(Cancel);

        await host.StartAsync(Cancel);

        while ((await Samples.ReadAsync(database, lease.JobId)).State != JobState.Queued)
            await Task.Delay(20, Cancel);
        await host.StopAsync(Cancel);
        // Left in the queue, it would reach a worker of another test.
        await database.Get<TrainingJobStore>().RequestCancelAsync(lease.JobId, Cancel);
    }

    async Task<Worker> StartWorkerAsync(params string[] queues)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddStorage(database.ConnectionString).AddTrainingServer(queues);
        builder.Services.AddSingleton<Runner>();
        builder.Services.AddSingleton<ITrainingJobRunner>(services => services.GetRequiredService<Runner>());
        var host = builder.Build();
        await host.StartAsync(Cancel);
        var view = host.Services.GetRequiredService<WorkerView>();
        // The server announces itself on a thread of its own.
        while (!queues.All(view.Serves))
            await Task.Delay(20, Cancel);
        return new Worker(host);
    }

    sealed class Worker(IHost host) : IAsyncDisposable
    {
        public Runner Runner { get; } = host.Services.GetRequiredService<Runner>();

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync(Cancel);
            host.Dispose();
        }
    }

    /// <summary>Claims what is delivered, and at the most waits to be stopped.</summary>
    sealed class Runner(JobLeaseStore leases) : ITrainingJobRunner
    {
        readonly BlockingCollection<(Guid JobId, bool Claimed)> calls = [];

        public bool HoldsUntilStopped { get; set; }

        public ConcurrentBag<(Guid JobId, bool Claimed)> Calls { get; } = [];

        public Task<(Guid JobId, bool Claimed)> NextAsync() => Task.Run(() => calls.Take(Cancel), Cancel);

        public async Task RunAsync(Guid jobId, PerformContext? context, CancellationToken cancellationToken)
        {
            var lease = await leases.ClaimAsync(jobId, "worker", Samples.Lease, cancellationToken);
            Calls.Add((jobId, lease is not null));
            calls.Add((jobId, lease is not null), CancellationToken.None);
            if (!HoldsUntilStopped || lease is null)
                return;
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                await leases.HandBackAsync(lease, CancellationToken.None);
            }
        }
    }
}
