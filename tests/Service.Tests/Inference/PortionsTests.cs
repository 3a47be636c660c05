using ContrastiveService.Api.Inference;

namespace ContrastiveService.Service.Tests.Inference;

public sealed class PortionsTests
{
    private const double Each = 0.001; // seconds of a thread for a picture
    private const int Batch = 8;
    private static readonly LoadedModel Model = Known();
    private readonly FairQueue queue = new();
    private readonly Portions portions = new(threads: 1, new ServiceRate());
    private double now;

    /// <summary>Sixteen keys with two requests each, that are away for a while before they ask again, and one with 64.</summary>
    [Fact]
    public void Who_floods_gets_an_equal_part_although_the_others_are_mostly_elsewhere()
    {
        Simulate(null).ShouldBeGreaterThan(0.4, "fairness among those who wait gives a flood what the others leave");
        Simulate(portions).ShouldBe(1 / 17.0, 0.01);

        double Simulate(Portions? kept)
        {
            var (away, flood, served) = (new PriorityQueue<string, double>(), 0, 0);
            foreach (var key in Enumerable.Range(0, 32).Select(i => $"{i % 16}"))
                away.Enqueue(key, now);
            while (queue.Pictures < 64)
                Add("flood");
            for (var end = now + 5; now < end;)
            {
                while (away.TryPeek(out var key, out var back) && back <= now)
                    Add(away.Dequeue());
                kept?.Advance(now, new(17, 17));
                var taken = queue.Take(Batch, kept);
                now += Math.Max(1, taken.Count) * Each;
                foreach (var work in taken)
                {
                    served++;
                    if (work.Caller.Key != "flood")
                        away.Enqueue(work.Caller.Key, now + (60 * Each));
                    else if (++flood > 0)
                        Add("flood");
                }
            }

            while (queue.Take(Batch).Count > 0)
            {
            }

            return (double)flood / (kept is null ? served : 5 / Each);
        }
    }

    [Fact]
    public void What_is_left_over_is_for_whoever_wants_it()
    {
        Flood("flood");
        portions.Advance(now, new(2, 2));
        Take().ShouldNotBe(0);
        Take().ShouldBe(0, "it has had its part for now");
        queue.Take(Batch, portions, leftovers: true).Count.ShouldBe(Batch);
    }

    [Fact]
    public void A_key_alone_or_among_others_that_all_flood_is_never_held_back()
    {
        Flood("flood");
        for (var i = 0; i < 4; i++)
        {
            portions.Advance(now, new(1, 1));
            Take().ShouldBe(Batch);
        }

        Flood("another");
        for (var i = 0; i < 4; i++)
        {
            portions.Advance(now, new(2, 2));
            Take().ShouldBe(Batch);
        }
    }

    [Fact]
    public void Somebody_who_waits_is_not_held_back_for_bulk_work_and_bulk_work_is_for_them()
    {
        Flood("person");
        portions.Advance(now, new(1, 5));
        (Take() + Take()).ShouldBe(2 * Batch);

        while (queue.Take(Batch).Count > 0)
        {
        }

        Flood("program", RequestClass.Bulk);
        Take();
        Take().ShouldBe(0, "four others, one of whom waits");
    }

    [Fact]
    public void What_nobody_else_needed_is_not_held_against_anybody_beyond_a_batch()
    {
        Flood("flood");
        for (var i = 0; i < 20; i++)
        {
            portions.Advance(now, new(2, 2));
            queue.Take(Batch, portions, leftovers: true);
        }

        Flood("flood");
        portions.Advance(now += 4 * Batch * Each, new(2, 2));
        Take().ShouldNotBe(0);
    }

    [Fact]
    public void Works_smaller_than_a_batch_are_never_held_back()
    {
        for (var i = 0; i < 50; i++)
        {
            Add("steady");
            portions.Advance(now, new(100, 100));
            Take().ShouldBe(1);
        }
    }

    private static LoadedModel Known()
    {
        var model = new LoadedModel(null!, null!, null!);
        model.Rate.Observe(1, TimeSpan.FromSeconds(Each));
        return model;
    }

    private int Take() => queue.Take(Batch, portions).Sum(work => work.Weight);

    private void Flood(string key, RequestClass priority = RequestClass.Interactive)
    {
        for (var i = 0; i < 200; i++)
            Add(key, priority);
    }

    private void Add(string key, RequestClass priority = RequestClass.Interactive) =>
        queue.Add(new InferenceWork(new Caller(key, priority, Timeout.InfiniteTimeSpan), Model, new byte[1][], CancellationToken.None));
}
