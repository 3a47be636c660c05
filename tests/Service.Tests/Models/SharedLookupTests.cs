using ContrastiveService.Api.Models;

namespace ContrastiveService.Service.Tests.Models;

public sealed class SharedLookupTests : IDisposable
{
    private readonly List<TaskCompletionSource<int>> looks = [];
    private readonly SemaphoreSlim begun = new(0);
    private readonly SharedLookup<string, int> lookup;

    public SharedLookupTests() => lookup = new(_ =>
    {
        looks.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
        begun.Release();
        return looks[^1].Task;
    });

    public void Dispose() => begun.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_comes_during_a_look_shares_the_next_one()
    {
        var first = lookup.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        Task<int>[] later = [.. Enumerable.Range(0, 50).Select(_ => lookup.AskAsync("a", Cancel))];
        looks[0].SetResult(1);
        (await first).ShouldBe(1);
        await begun.WaitAsync(Cancel);
        later.ShouldAllBe(ask => !ask.IsCompleted);
        looks[1].SetResult(2);
        (await Task.WhenAll(later)).ShouldAllBe(answer => answer == 2);
        looks.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Other_questions_are_asked_meanwhile()
    {
        var a = lookup.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        var b = lookup.AskAsync("b", Cancel);
        await begun.WaitAsync(Cancel);
        looks[1].SetResult(2);
        (await b).ShouldBe(2);
        looks[0].SetResult(1);
        (await a).ShouldBe(1);
    }

    [Fact]
    public async Task A_look_that_fails_is_heard_by_those_who_waited_for_it_and_the_next_goes_on()
    {
        var first = lookup.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        var second = lookup.AskAsync("a", Cancel);
        looks[0].SetException(new InvalidOperationException("no database"));
        await Should.ThrowAsync<InvalidOperationException>(() => first);
        await begun.WaitAsync(Cancel);
        looks[1].SetResult(2);
        (await second).ShouldBe(2);
    }

    [Fact]
    public async Task One_who_leaves_takes_nothing_from_the_others()
    {
        using var leaving = new CancellationTokenSource();
        var first = lookup.AskAsync("a", leaving.Token);
        await begun.WaitAsync(Cancel);
        var (gone, stays) = (lookup.AskAsync("a", leaving.Token), lookup.AskAsync("a", Cancel));
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        looks[0].SetResult(1);
        await begun.WaitAsync(Cancel);
        looks[1].SetResult(2);
        (await stays).ShouldBe(2);
    }

    [Fact]
    public async Task Many_threads_get_only_answers_younger_than_their_question()
    {
        var now = 0;
        var counted = new SharedLookup<string, int>(async _ =>
        {
            var seen = Volatile.Read(ref now);
            await Task.Yield();
            return seen;
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (_, stop) =>
        {
            var asked = Interlocked.Increment(ref now);
            (await counted.AskAsync("a", stop)).ShouldBeGreaterThanOrEqualTo(asked);
        });
    }
}
