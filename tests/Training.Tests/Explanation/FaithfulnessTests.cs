using ContrastiveService.Training.Explanation;
using ContrastiveService.Training.Tests.Calibration;

namespace ContrastiveService.Training.Tests.Explanation;

[Collection(TrainedSample.Name)]
public sealed class FaithfulnessTests(TrainedSample trained)
{
    private const int Pairs = 60;

    [Fact]
    public void What_a_map_points_at_counts_more_than_what_chance_or_the_middle_points_at()
    {
        using var model = trained.Load();
        var tests = Enumerable.Range(0, trained.WithLabels.Records.Count).Where(i => trained.WithLabels.Records[i].Split == "test").ToArray();
        // The sample's pictures stand label by label in no order of their own; neighbours of one label make the pairs.
        var pairs = tests.GroupBy(i => trained.WithLabels.Labels[i]).SelectMany(g => g.Chunk(2).Take(Pairs / 10)).ToArray();
        var (ours, random, center) = (0.0, 0.0, 0.0);
        foreach (var pair in pairs)
        {
            var (a, b) = (trained.Pixels(pair[0]), trained.Pixels(pair[1]));
            var (map, other) = (model.Explain(a, b).A, model.Embed([b])[0]);
            ours += Faithfulness.Of(model, a, other, map).Gain / pairs.Length;
            random += Faithfulness.Of(model, a, other, ReferenceMaps.Random(map.Rows, map.Columns, 1, pair[0])).Gain / pairs.Length;
            center += Faithfulness.Of(model, a, other, ReferenceMaps.CenterGaussian(map.Rows, map.Columns)).Gain / pairs.Length;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"ours {ours:0.0000}, random {random:0.0000}, centre {center:0.0000}");
        pairs.Length.ShouldBe(Pairs);
        ours.ShouldBeGreaterThan(random);
        ours.ShouldBeGreaterThan(center);
    }

    [Fact]
    public void Deletion_and_insertion_begin_and_end_at_the_picture_and_at_nothing_and_one_order_is_the_other_backwards()
    {
        using var model = trained.Load();
        var (a, b) = (trained.Pixels(6000), trained.Pixels(6001));
        var other = model.Embed([b])[0];
        var (forth, back) = (new HeatMap(1, 2, [1, 0]), new HeatMap(1, 2, [0, 1]));

        var (one, two) = (Faithfulness.Of(model, a, other, forth), Faithfulness.Of(model, a, other, back));

        // In two parts: whole, half, nothing. What deletes the left first inserts the right last.
        one.Deletion.ShouldBe(two.Insertion, 1e-6);
        one.Insertion.ShouldBe(two.Deletion, 1e-6);
        one.Gain.ShouldBe(-two.Gain, 1e-6);
        var half = (byte[])a.Clone();
        var mean = (byte)Math.Round(255 * model.Preprocessing.Mean[0]);
        for (var i = 0; i < half.Length; i++)
            half[i] = i % 28 < 14 ? mean : half[i];
        var steps = model.Embed([a, half, [.. Enumerable.Repeat(mean, half.Length)]]);
        one.Deletion.ShouldBe(steps.Average(v => v.Zip(other, (x, y) => (double)x * y).Sum()), 1e-6);
    }
}
