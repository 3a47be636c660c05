using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class RecentRowsTests
{
    [Theory]
    [InlineData(5, new[] { 2, 2, 2, 2 })] // wraps around within a batch
    [InlineData(4, new[] { 4, 4 })]
    [InlineData(3, new[] { 1, 7, 2 })] // a batch larger than the queue
    [InlineData(1, new[] { 2, 3 })]
    [InlineData(6, new[] { 13, 6, 5 })]
    public void It_holds_the_latest_rows_each_where_the_oldest_was(int length, int[] batches)
    {
        using var scope = NewDisposeScope();
        using var queue = new RecentRows(length, 3);
        var slow = Rows(queue);
        var (place, value) = (0, 1f);
        foreach (var size in batches)
        {
            var batch = new List<float>();
            for (var i = 0; i < size; i++, value++)
            {
                batch.Add(value);
                slow[place] = [value, value, value];
                place = (place + 1) % length;
            }

            queue.Remember(tensor(batch.ToArray()).unsqueeze(1).expand(size, 3));
            queue.Enqueue();

            Rows(queue).ShouldBe(slow);
        }
    }

    [Fact]
    public void What_several_micro_batches_remember_is_put_in_once_and_in_their_order()
    {
        using var scope = NewDisposeScope();
        using var queue = new RecentRows(4, 1);
        using (var micro = NewDisposeScope())
            queue.Remember(tensor(new[] { 1f, 2f }).unsqueeze(1));
        var before = Rows(queue);
        using (var micro = NewDisposeScope())
            queue.Remember(tensor(new[] { 3f }).unsqueeze(1));
        Rows(queue).ShouldBe(before);

        queue.Enqueue();
        queue.Enqueue();

        Rows(queue).ShouldBe([[1], [2], [3], before[3]]);
    }

    [Fact]
    public void It_starts_as_directions_of_the_global_generator_and_is_saved_with_its_place()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var queue = new RecentRows(5, 3);
        manual_seed(3);
        queue.Rows.allclose(UnitRows.Of(randn(5, 3))).ShouldBeTrue();
        queue.Remember(ones(3, 3));
        queue.Enqueue();
        using var other = new RecentRows(5, 3);
        other.load_state_dict(queue.state_dict());
        foreach (var each in new[] { queue, other })
        {
            each.Remember(zeros(3, 3));
            each.Enqueue();
        }

        Rows(other).ShouldBe(Rows(queue));
        Rows(other)[2].ShouldBe([1, 1, 1]);
    }

    [Fact]
    public void It_outlives_the_scope_it_was_made_in_and_remembers_no_gradient()
    {
        RecentRows queue;
        using (NewDisposeScope())
        {
            queue = new RecentRows(2, 2);
            queue.Remember(ones([1, 2], requires_grad: true) * 2);
        }

        using (queue)
        {
            queue.Enqueue();
            queue.Rows.requires_grad.ShouldBeFalse();
            Rows(queue)[0].ShouldBe([2, 2]);
        }
    }

    [Fact]
    public void It_works_on_after_its_tensors_were_replaced_as_when_it_is_moved_to_a_gpu()
    {
        using var scope = NewDisposeScope();
        using var queue = new RecentRows(3, 2);
        queue.to(ScalarType.Float64);

        queue.Remember(ones([4, 2], dtype: ScalarType.Float64));
        queue.Enqueue();

        queue.state_dict()["rows"].sum().ToDouble().ShouldBe(6);
        queue.state_dict()["next"].ToInt64().ShouldBe(1);
        queue.Rows.dtype.ShouldBe(ScalarType.Float64);
    }

    [Theory]
    [InlineData(60_000, 65_536, 16_384)]
    [InlineData(60_000, 4096, 4096)]
    [InlineData(48, 65_536, 16)]
    [InlineData(4, 65_536, 2)]
    [InlineData(10_000_000, 65_536, 65_536)]
    public void A_fitting_length_is_a_power_of_two_up_to_half_of_the_items(long items, int most, int length) =>
        RecentRows.Fitting(items, most).ShouldBe(length);

    private static float[][] Rows(RecentRows queue) =>
        [.. Enumerable.Range(0, (int)queue.Rows.size(0)).Select(i => queue.Rows[i].data<float>().ToArray())];
}
