using ContrastiveService.Training.Data;
using ContrastiveService.Training.Methods;

namespace ContrastiveService.Training.Tests.Data;

public sealed class SamplerTests
{
    [Fact]
    public void A_shuffled_epoch_holds_every_item_once_but_the_remainder()
    {
        var sampler = Sampler.For(new BatchNeeds(2), new long[103], 10, seed: 5);
        sampler.StepsPerEpoch.ShouldBe(10);
        var drawn = sampler.Epoch(0).SelectMany(b => b).ToArray();
        drawn.Length.ShouldBe(100);
        drawn.Distinct().Count().ShouldBe(100);
        drawn.ShouldAllBe(i => i >= 0 && i < 103);
    }

    [Fact]
    public void An_epoch_depends_on_its_number_and_the_seed_alone()
    {
        var one = Sampler.For(new BatchNeeds(2), new long[64], 8, seed: 5);
        var other = Sampler.For(new BatchNeeds(2), new long[64], 8, seed: 5);
        one.Epoch(0);
        one.Epoch(3).SelectMany(b => b).ShouldBe(other.Epoch(3).SelectMany(b => b));
        one.Epoch(4).SelectMany(b => b).ShouldNotBe(other.Epoch(3).SelectMany(b => b));
        Sampler.For(new BatchNeeds(2), new long[64], 8, seed: 6).Epoch(3).SelectMany(b => b).ShouldNotBe(other.Epoch(3).SelectMany(b => b));
    }

    [Fact]
    public void A_class_balanced_batch_holds_P_classes_of_K_distinct_items()
    {
        var labels = Enumerable.Range(0, 500).Select(i => (long)(i % 10)).ToArray();
        var sampler = Sampler.For(new BatchNeeds(1, LabelUse.Required, 4), labels, 32, seed: 1);
        foreach (var batch in sampler.Epoch(0))
        {
            batch.Length.ShouldBe(32);
            batch.Distinct().Count().ShouldBe(32);
            var groups = batch.GroupBy(i => labels[i]).ToArray();
            groups.Length.ShouldBe(8);
            groups.ShouldAllBe(g => g.Count() == 4);
        }
    }

    [Fact]
    public void More_places_than_classes_give_each_class_several()
    {
        var labels = Enumerable.Range(0, 400).Select(i => (long)(i % 2)).ToArray();
        var batch = Sampler.For(new BatchNeeds(1, LabelUse.Required, 4), labels, 32, seed: 1).Epoch(0)[0];
        batch.GroupBy(i => labels[i]).ShouldAllBe(g => g.Count() == 16);
        batch.Distinct().Count().ShouldBe(32);
    }

    [Fact]
    public void A_class_with_a_single_member_is_drawn_again()
    {
        long[] labels = [0, 0, 0, 0, 1];
        var batch = Sampler.For(new BatchNeeds(1, LabelUse.Required, 2), labels, 4, seed: 1).Epoch(0)[0];
        batch.Count(i => i == 4).ShouldBe(2);
    }

    [Fact]
    public void Bounded_numbers_are_uniform()
    {
        var random = new SeededRandom(3, "test");
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[random.Next(7)]++;
        // Six degrees of freedom: chi-squared above 22.5 happens once in a thousand seeds, and this seed is fixed.
        counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000).ShouldBeLessThan(22.5);
    }
}
