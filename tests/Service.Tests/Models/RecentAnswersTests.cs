using ContrastiveService.Api.Models;

namespace ContrastiveService.Service.Tests.Models;

public sealed class RecentAnswersTests : IDisposable
{
    private static readonly TimeSpan Age = TimeSpan.FromMilliseconds(25);

    private readonly List<TaskCompletionSource<int?>> looks = [];
    private readonly SemaphoreSlim begun = new(0);
    private readonly HandClock clock = new();
    private readonly RecentAnswers<string, int> answers;

    public RecentAnswersTests() => answers = new(
        _ =>
        {
            looks.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            begun.Release();
            return looks[^1].Task;
        },
        Age, clock);

    public void Dispose() => begun.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_serves_all_who_ask_while_it_is_young()
    {
        var first = answers.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        Task<int?>[] meanwhile = [.. Enumerable.Range(0, 50).Select(_ => answers.AskAsync("a", Cancel))];
        looks[0].SetResult(1);
        (await Task.WhenAll([first, .. meanwhile])).ShouldAllBe(answer => answer == 1);
        clock.Now = Age;
        (await answers.AskAsync("a", Cancel)).ShouldBe(1);
        looks.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Its_age_counts_from_before_it_looked()
    {
        var first = answers.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        clock.Now = Age + TimeSpan.FromTicks(1); // it is still on its way, and may have seen what was true at its beginning
        var second = answers.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        looks[1].SetResult(2);
        (await second).ShouldBe(2);
        looks[0].SetResult(1);
        (await first).ShouldBe(1);
        (await answers.AskAsync("a", Cancel)).ShouldBe(2);
        looks.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Other_questions_are_asked_meanwhile()
    {
        var a = answers.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        var b = answers.AskAsync("b", Cancel);
        await begun.WaitAsync(Cancel);
        looks[1].SetResult(2);
        (await b).ShouldBe(2);
        looks[0].SetResult(1);
        (await a).ShouldBe(1);
    }

    [Fact]
    public async Task What_failed_or_was_not_found_is_asked_anew()
    {
        var first = answers.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        looks[0].SetException(new InvalidOperationException("no database"));
        await Should.ThrowAsync<InvalidOperationException>(() => first);
        var second = answers.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        looks[1].SetResult(null);
        (await second).ShouldBeNull();
        var third = answers.AskAsync("a", Cancel);
        await begun.WaitAsync(Cancel);
        looks[2].SetResult(3);
        (await third).ShouldBe(3);
    }

    [Fact]
    public async Task One_who_leaves_takes_nothing_from_the_others()
    {
        using var leaving = new CancellationTokenSource();
        var (gone, stays) = (answers.AskAsync("a", leaving.Token), answers.AskAsync("a", Cancel));
        await begun.WaitAsync(Cancel);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        looks[0].SetResult(1);
        (await stays).ShouldBe(1);
    }

    [Fact]
    public async Task Many_threads_get_no_answer_older_than_its_age()
    {
        var started = TimeProvider.System.GetTimestamp();
        var real = new RecentAnswers<string, long>(
            async _ =>
            {
                var seen = TimeProvider.System.GetTimestamp();
                await Task.Yield();
                return seen;
            },
            Age, TimeProvider.System);
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), Cancel, async (_, stop) =>
        {
            while (TimeProvider.System.GetElapsedTime(started) < 10 * Age)
            {
                var asked = TimeProvider.System.GetTimestamp();
                TimeProvider.System.GetElapsedTime((await real.AskAsync("a", stop))!.Value, asked).ShouldBeLessThanOrEqualTo(Age);
            }
        });
    }
}
