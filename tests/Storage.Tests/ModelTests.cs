using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class ModelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly ModelStore models = database.Get<ModelStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_finished_job_is_a_version_and_the_latest_one()
    {
        var name = Samples.NewName();
        var (lease, checkpoint) = await TrainedAsync();

        var first = await models.RegisterAsync(lease, name, checkpoint, """{ "b": 1, "a": 2 }""", """{"knnTop1":0.9}""", 512, Cancel);
        var second = await RegisterAsync(name);

        (first!.Version, first.JobId, first.CheckpointId, first.Plan, first.Card, first.Width).ShouldBe((1, lease.JobId, checkpoint, """{ "b": 1, "a": 2 }""", """{"knnTop1":0.9}""", 512));
        first.Aliases.ShouldBe(["latest"]);
        second.Version.ShouldBe(2);
        (await models.GetAsync(name, 1, Cancel))!.Aliases.ShouldBeEmpty();
        (await models.VersionsAsync(name, Cancel)).Select(version => version.Version).ShouldBe([2, 1]);
        var job = await Samples.ReadAsync(database, lease.JobId);
        (job.State, job.ModelVersion).ShouldBe((JobState.Succeeded, $"{name}:1"));
        (await Samples.EventsAsync(database, lease.JobId)).ShouldBe(["queued", "started", "checkpoint", "succeeded"]);
    }

    [Fact]
    public async Task A_worker_that_lost_its_job_registers_nothing()
    {
        var name = Samples.NewName();
        var (lease, checkpoint) = await TrainedAsync();
        await Samples.RunOutAsync(database, lease.JobId);
        await database.Get<JobLeaseStore>().ClaimAsync(lease.JobId, "worker-2", Samples.Lease, Cancel);

        (await models.RegisterAsync(lease, name, checkpoint, "{}", "{}", 8, Cancel)).ShouldBeNull();

        (await models.GetAsync(name, Cancel)).ShouldBeNull();
        (await Samples.ReadAsync(database, lease.JobId)).State.ShouldBe(JobState.Running);
    }

    [Fact]
    public async Task A_version_needs_a_checkpoint_of_its_job()
    {
        var name = Samples.NewName();
        var (lease, _) = await TrainedAsync();
        var (_, other) = await TrainedAsync();

        await Should.ThrowAsync<NotFoundException>(() => models.RegisterAsync(lease, name, other, "{}", "{}", 8, Cancel));

        (await models.GetAsync(name, Cancel)).ShouldBeNull();
        (await Samples.ReadAsync(database, lease.JobId)).State.ShouldBe(JobState.Running);
    }

    [Fact]
    public async Task Jobs_that_finish_at_once_get_different_numbers()
    {
        var name = Samples.NewName();
        var trained = new List<(JobLease Lease, Guid Checkpoint)>();
        for (var i = 0; i < 5; i++)
            trained.Add(await TrainedAsync());

        var versions = await Task.WhenAll(trained.Select(t => models.RegisterAsync(t.Lease, name, t.Checkpoint, "{}", "{}", 8, Cancel)));

        versions.Select(version => version!.Version).Order().ShouldBe([1, 2, 3, 4, 5]);
        (await models.ResolveAsync(name, Cancel))!.Version.ShouldBe(5);
    }

    [Fact]
    public async Task A_model_s_checkpoint_is_never_pruned()
    {
        var name = Samples.NewName();
        var version = await RegisterAsync(name);
        var checkpoints = database.Get<CheckpointStore>();
        // As if the job were run further: newer and better checkpoints come.
        await database.Get<Database>().ExecuteAsync(
            "update training_job set state = 'running', lease_until = now() + interval '1 minute' where id = @JobId", new { version.JobId }, Cancel);
        var lease = new JobLease(version.JobId, (await Samples.ReadAsync(database, version.JobId)).Fence, 1, "worker-1");
        for (var i = 2; i < 5; i++)
            await checkpoints.SaveAsync(lease, new CheckpointInfo(i, i * 10, i), new MemoryStream([1]), 1, Cancel);

        var kept = await checkpoints.ListAsync(version.JobId, Cancel);

        kept.Select(checkpoint => (checkpoint.Epoch, checkpoint.Pinned)).ShouldBe([(4, false), (1, true)]);
        kept[1].Id.ShouldBe(version.CheckpointId);
    }

    [Fact]
    public async Task A_reference_is_a_version_an_alias_or_a_name()
    {
        var name = Samples.NewName();
        await RegisterAsync(name);
        await RegisterAsync(name);
        (await ResolveAsync(name)).ShouldBe(2);

        await models.SetAliasAsync(name, ModelStore.ProductionAlias, 1, null, Cancel);

        (await ResolveAsync(name)).ShouldBe(1);
        (await ResolveAsync($"{name}@production")).ShouldBe(1);
        (await ResolveAsync($"{name}@latest")).ShouldBe(2);
        (await ResolveAsync($"{name}:2")).ShouldBe(2);
        foreach (var unknown in new[] { $"{name}:3", $"{name}:x", $"{name}@staging", $"{name}:", "nobody", "", "a:b:c", $"{name}@latest@latest" })
            (await ResolveAsync(unknown)).ShouldBeNull(unknown);
    }

    [Fact]
    public async Task An_alias_moves_when_its_revision_is_still_the_one_that_was_read()
    {
        var name = Samples.NewName();
        await RegisterAsync(name);
        await RegisterAsync(name);

        var created = await models.SetAliasAsync(name, "staging", 1, 0, Cancel);
        (created.Version, created.Revision).ShouldBe((1, 1L));
        await Should.ThrowAsync<PreconditionFailedException>(() => models.SetAliasAsync(name, "staging", 2, 0, Cancel));
        var moved = await models.SetAliasAsync(name, "staging", 2, created.Revision, Cancel);
        (moved.Version, moved.Revision).ShouldBe((2, 2L));
        await Should.ThrowAsync<PreconditionFailedException>(() => models.SetAliasAsync(name, "staging", 1, created.Revision, Cancel));
        await Should.ThrowAsync<PreconditionFailedException>(() => models.SetAliasAsync(name, "unset", 1, 7, Cancel));
        (await models.SetAliasAsync(name, "staging", 1, null, Cancel)).Revision.ShouldBe(3);
        (await models.GetAsync(name, Cancel))!.Aliases.Select(alias => (alias.Alias, alias.Version)).ShouldBe([("latest", 2), ("staging", 1)]);
    }

    [Fact]
    public async Task Of_many_callers_with_the_same_revision_one_moves_the_alias()
    {
        var name = Samples.NewName();
        await RegisterAsync(name);
        var revision = (await models.SetAliasAsync(name, "staging", 1, null, Cancel)).Revision;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await models.SetAliasAsync(name, "staging", 1, revision, Cancel);
                return true;
            }
            catch (PreconditionFailedException)
            {
                return false;
            }
        }));

        answers.Count(moved => moved).ShouldBe(1);
    }

    [Fact]
    public async Task An_alias_points_at_versions_that_exist_and_has_a_proper_name()
    {
        var name = Samples.NewName();
        await RegisterAsync(name);

        (await Should.ThrowAsync<NotFoundException>(() => models.SetAliasAsync(name, "staging", 9, null, Cancel))).Message.ShouldContain("no version 9");
        await Should.ThrowAsync<ArgumentException>(() => models.SetAliasAsync(name, "a:b", 1, null, Cancel));
        await Should.ThrowAsync<ArgumentException>(() => models.SetAliasAsync(name, ModelStore.LatestAlias, 1, null, Cancel));
    }

    [Fact]
    public async Task Models_are_listed_by_name_page_by_page()
    {
        var prefix = Samples.NewName() + "-list-";
        foreach (var letter in "bca")
            await RegisterAsync($"{prefix}{letter}");
        await RegisterAsync($"{prefix}b");

        var page = await models.ListAsync(prefix, 2, Cancel);

        page.Select(model => (model.Name, model.Versions, model.LatestVersion)).ShouldBe([($"{prefix}a", 1, 1), ($"{prefix}b", 2, 2)]);
        (await models.ListAsync(page[^1].Name, 1, Cancel)).Single().Name.ShouldBe($"{prefix}c");
    }

    async Task<int?> ResolveAsync(string reference) => (await models.ResolveAsync(reference, Cancel))?.Version;

    async Task<ModelVersion> RegisterAsync(string name)
    {
        var (lease, checkpoint) = await TrainedAsync();
        return (await models.RegisterAsync(lease, name, checkpoint, "{}", "{}", 8, Cancel))!;
    }

    async Task<(JobLease Lease, Guid Checkpoint)> TrainedAsync()
    {
        var lease = await Samples.ClaimedAsync(database);
        var checkpoint = await database.Get<CheckpointStore>().SaveAsync(lease, new CheckpointInfo(1, 10, 0.5), new MemoryStream([1, 2, 3]), 3, Cancel);
        return (lease, checkpoint!.Value);
    }
}
