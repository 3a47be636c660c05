using ContrastiveService.Api.Inference;

namespace ContrastiveService.Service.Tests.Inference;

public sealed class FairQueueTests
{
    private static readonly LoadedModel One = Model(), Other = Model();
    private readonly FairQueue queue = new();

    [Fact]
    public void A_key_that_asks_for_much_does_not_keep_others_waiting()
    {
        for (var i = 0; i < 50; i++)
            Add("flood", 8);
        Add("late", 8);

        Keys(queue.Take(16)).ShouldBe(["flood", "late"], "the late key's first work is as far as the flood's first");
    }

    [Fact]
    public void Shares_are_counted_in_pictures_and_not_in_requests()
    {
        for (var i = 0; i < 64; i++)
        {
            Add("large", 8);
            Add("small", 1);
        }

        var taken = Enumerable.Range(0, 8).SelectMany(_ => queue.Take(16)).ToArray();
        var (large, small) = (Pictures(taken, "large"), Pictures(taken, "small"));
        Math.Abs(large - small).ShouldBeLessThanOrEqualTo(8, $"{large} against {small} pictures");
    }

    [Fact]
    public void It_knows_how_many_keys_wait()
    {
        Add("a", 4);
        Add("a", 4, RequestClass.Bulk);
        var gone = Add("b", 4);
        queue.Keys.ShouldBe(new KeyCount(2, 3), "one of them twice");
        queue.Remove(gone);
        queue.Keys.ShouldBe(new KeyCount(1, 2));
        queue.Take(4);
        queue.Keys.ShouldBe(new KeyCount(0, 1));
        queue.Take(4);
        queue.Keys.ShouldBe(new KeyCount(0, 0));
    }

    [Fact]
    public void Works_of_a_key_stay_in_order()
    {
        var works = Enumerable.Range(0, 5).Select(_ => Add("a", 2)).ToArray();
        queue.Take(100).ShouldBe(works);
    }

    [Fact]
    public void A_batch_is_of_one_model_and_no_larger_than_it_may_be()
    {
        Add("a", 3, model: One);
        Add("b", 3, model: Other);
        Add("c", 3, model: One);
        Add("d", 3, model: One);

        Keys(queue.Take(7)).ShouldBe(["a", "c"]);
        Keys(queue.Take(7)).ShouldBe(["b"]);
        Keys(queue.Take(7)).ShouldBe(["d"]);
        queue.IsEmpty.ShouldBeTrue();
        queue.Take(7).ShouldBeEmpty();
    }

    [Fact]
    public void A_work_larger_than_a_batch_goes_alone()
    {
        Add("a", 100);
        Add("b", 1);
        Keys(queue.Take(16)).ShouldBe(["a"]);
        Keys(queue.Take(16)).ShouldBe(["b"]);
    }

    [Fact]
    public void Who_waits_goes_first_and_bulk_work_is_never_starved()
    {
        for (var i = 0; i < 40; i++)
        {
            Add("program", 4, RequestClass.Bulk);
            Add("person", 4);
        }

        var firsts = Enumerable.Range(0, 10).Select(_ => queue.Take(4)[0].Caller.Key).ToArray();
        firsts.Count(key => key == "program").ShouldBe(2);
        firsts[0].ShouldBe("person");
    }

    [Fact]
    public void Bulk_work_fills_what_a_batch_has_left()
    {
        Add("program", 4, RequestClass.Bulk);
        Add("person", 1);
        Keys(queue.Take(8)).ShouldBe(["person", "program"]);
    }

    [Fact]
    public void Who_was_idle_gets_no_credit_for_it()
    {
        for (var i = 0; i < 20; i++)
            Add("busy", 4);
        for (var i = 0; i < 10; i++)
            queue.Take(4);
        for (var i = 0; i < 10; i++)
            Add("back", 4);

        var next = Enumerable.Range(0, 8).SelectMany(_ => queue.Take(4)).ToArray();
        Math.Abs(Pictures(next, "busy") - Pictures(next, "back")).ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public void Who_leaves_the_queue_is_as_if_he_had_never_come()
    {
        var gone = Enumerable.Range(0, 10).Select(_ => Add("a", 4)).ToArray();
        Add("b", 4);
        Add("b", 4);
        foreach (var work in gone)
            queue.Remove(work).ShouldBeTrue();
        queue.Pictures.ShouldBe(8);
        queue.Remove(gone[0]).ShouldBeFalse("it is not there any more");

        var late = Add("a", 4);
        Keys([.. queue.Take(4), .. queue.Take(4)]).ShouldBe(["b", "a"], "what was taken back is not held against it");
        queue.Remove(late).ShouldBeFalse("it runs");
        Keys(queue.Take(4)).ShouldBe(["b"]);
        (queue.IsEmpty, queue.Pictures).ShouldBe((true, 0));
    }

    [Fact]
    public void The_last_to_leave_empties_the_queue()
    {
        queue.Remove(Add("a", 4)).ShouldBeTrue();
        queue.IsEmpty.ShouldBeTrue();
        queue.Take(4).ShouldBeEmpty();
    }

    private static LoadedModel Model() => new(null!, null!, null!);

    private static string[] Keys(IReadOnlyList<QueuedWork> works) => [.. works.Select(work => work.Caller.Key)];

    private static int Pictures(IEnumerable<QueuedWork> works, string key) => works.Where(work => work.Caller.Key == key).Sum(work => work.Weight);

    private InferenceWork Add(string key, int pictures, RequestClass priority = RequestClass.Interactive, LoadedModel? model = null)
    {
        var work = new InferenceWork(new Caller(key, priority, Timeout.InfiniteTimeSpan), model ?? One, new byte[pictures][], CancellationToken.None);
        queue.Add(work);
        return work;
    }
}
