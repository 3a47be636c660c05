using System.Diagnostics;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class KeylessTryTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly TrainingJobStore jobs = database.Get<TrainingJobStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_try_that_its_retry_overtook_gives_the_retrys_job()
    {
        var request = await Samples.NewJobAsync(database);
        var first = Try(TryKind.First);
        await Task.Delay(100, Cancel); // What it hangs on is not the point, only that the retry comes later.
        var (made, _) = await jobs.CreateAsync(request, first with { Kind = TryKind.Retry, Arrived = Stopwatch.GetTimestamp() }, Cancel);

        var (late, created) = await jobs.CreateAsync(request, first, Cancel);

        (late.Id, created).ShouldBe((made.Id, false));
        (await jobs.CreateAsync(request, first with { Arrived = Stopwatch.GetTimestamp() }, Cancel)).Created.ShouldBeTrue("this one came after all that");
    }

    [Fact]
    public async Task Two_first_tries_are_two_jobs_even_when_sent_at_once()
    {
        var request = await Samples.NewJobAsync(database);
        var first = Try(TryKind.First);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => jobs.CreateAsync(request, first, Cancel)));
        answers.Select(a => a.Job.Id).ShouldBeUnique();
        answers.ShouldAllBe(a => a.Created);
    }

    [Theory]
    [InlineData(TryKind.Unnumbered)]
    [InlineData(TryKind.Retry)]
    public async Task Tries_sent_at_once_make_one_job_with_one_delivery(TryKind kind)
    {
        var request = await Samples.NewJobAsync(database);
        var attempt = Try(kind);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => jobs.CreateAsync(request, attempt, Cancel)));
        answers.Select(a => a.Job.Id).Distinct().ShouldHaveSingleItem();
        answers.Count(a => a.Created).ShouldBe(1);
        (await Samples.DeliveriesAsync(database, answers[0].Job.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task What_was_made_under_a_key_is_no_earlier_try()
    {
        var request = await Samples.NewJobAsync(database);
        var attempt = Try(TryKind.Unnumbered);
        var (keyed, _) = await jobs.CreateAsync(request, Guid.NewGuid().ToString(), attempt.RequestHash, Cancel);
        (await jobs.CreateAsync(request, attempt, Cancel)).Job.Id.ShouldNotBe(keyed.Id);
    }

    [Fact]
    public async Task Terms_are_kept_with_the_job_and_listed_by()
    {
        var (tag, store) = (Guid.NewGuid().ToString(), database.Get<FineTuningStore>());
        var terms = new FineTuningTerms("mine", "supervised", 0.5, $$"""{"tag":"{{tag}}","b":"1"}""");
        var request = await Samples.NewJobAsync(database) with { FineTuning = terms };
        var (older, _) = await jobs.CreateAsync(request, Try(TryKind.First), Cancel);
        var (newer, _) = await jobs.CreateAsync(request, Try(TryKind.First), Cancel);
        var (bare, _) = await jobs.CreateAsync(request with { FineTuning = null }, Try(TryKind.First), Cancel);

        (await store.TermsAsync([older.Id, bare.Id], Cancel)).ShouldBe([new(older.Id, terms)]);
        var filter = $$"""{"tag":"{{tag}}"}""";
        (await store.ListAsync(null, 10, filter, false, Cancel)).Select(j => j.Id).ShouldBe([newer.Id, older.Id]);
        (await store.ListAsync(newer.Id, 10, filter, false, Cancel)).Select(j => j.Id).ShouldBe([older.Id]);
        (await store.ListAsync(null, 1, null, true, Cancel)).Select(j => j.Id).ShouldBe([bare.Id]);
    }

    static KeylessTry Try(TryKind kind) => new(Guid.NewGuid().ToString(), kind, Stopwatch.GetTimestamp());
}
