using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using ContrastiveService.Training.Tests.Running;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class JudgeTests(TinyData data) : IClassFixture<TinyData>
{
    private static readonly JudgeOptions Options = new([1, 5], Seed: 3);

    [Fact]
    public void Items_without_a_label_count_for_nothing_but_the_shape()
    {
        using var scope = NewDisposeScope();
        var (bank, queries) = (Random(40, 1, 3), Random(30, 2, 3));
        var strangers = Random(10, 3, 1);
        var more = new LabeledFeatures(cat([queries.Features, strangers.Features]), [.. queries.Labels, .. Enumerable.Repeat(-1L, 10)]);

        var plain = Of(bank, queries, Options);
        var mixed = Of(bank, more, Options);

        mixed.QueryItems.ShouldBe(40);
        mixed.Scores!.Retrieval.ShouldBe(plain.Scores!.Retrieval);
        mixed.Scores.Knn.ShouldBe(plain.Scores.Knn);
        mixed.Scores.LinearProbe.ShouldBe(plain.Scores.LinearProbe);
        mixed.Verification!.RocAuc.ShouldBe(plain.Verification!.RocAuc);
        mixed.Features.ShouldNotBe(plain.Features);
    }

    [Fact]
    public void Each_number_is_the_one_of_its_own_measure()
    {
        using var scope = NewDisposeScope();
        var (bank, queries) = (Random(60, 4, 4), Random(50, 5, 4));
        var (known, asked) = (tensor(bank.Labels), tensor(queries.Labels));

        var scores = Score(bank, queries, Options)!;

        scores.Knn[5].ShouldBe(Knn.Top1(bank.Features, known, queries.Features, asked, 5));
        scores.Knn[1].ShouldBe(Knn.Top1(bank.Features, known, queries.Features, asked, 1));
        scores.LinearProbe.ShouldBe(LinearProbe.Top1(bank.Features, known, queries.Features, asked));
        scores.Retrieval.ShouldBe(Retrieval.Among(queries.Features, asked));
    }

    [Fact]
    public void Without_labels_the_rest_remains_and_the_reason_is_given()
    {
        using var scope = NewDisposeScope();
        var unlabeled = Random(20, 6, 3) with { Labels = [.. Enumerable.Repeat(-1L, 20)] };

        var judgement = Of(null, unlabeled, Options);

        judgement.Features!.Std.ShouldBeGreaterThan(0);
        (judgement.Scores, judgement.Verification).ShouldBe((null, null));
        judgement.Reason!.ShouldContain("classes");
    }

    [Fact]
    public void Features_that_are_no_numbers_are_said_to_be_such()
    {
        using var scope = NewDisposeScope();
        var queries = Random(20, 7, 3);
        queries.Features[3, 1] = double.NaN;

        Of(Random(20, 8, 3), queries, Options).ShouldBe(new Judgement(20, 20, null, null, null, "The features are not finite numbers."));
        Score(null, queries, Options).ShouldBeNull();
        Of(null, new LabeledFeatures(zeros(0, 3), []), Options).Reason!.ShouldContain("no item");
    }

    [Fact]
    public void Features_that_are_all_the_same_are_judged_as_worthless()
    {
        using var scope = NewDisposeScope();
        var same = Random(30, 9, 3) with { Features = ones(30, 4) };

        var judgement = Of(same, same, Options);

        judgement.Features!.Std.ShouldBe(0, 1e-6);
        judgement.Verification!.RocAuc.ShouldBe(0.5);
        judgement.Scores!.Nmi.ShouldBe(0, 1e-9);
    }

    [Fact]
    public void No_more_items_are_compared_with_each_other_than_the_limit_says()
    {
        using var scope = NewDisposeScope();
        var queries = Random(200, 10, 2);

        var few = Of(null, queries, Options with { Items = 50, Pairs = 70 });

        few.QueryItems.ShouldBe(200);
        few.Verification!.Positives.Sum().ShouldBe(70);
        few.Scores!.Retrieval.ShouldNotBe(Score(null, queries, Options)!.Retrieval);
    }

    [Fact]
    public void Pixels_are_the_pictures_own_numbers_and_large_sets_are_averaged_down()
    {
        using var scope = NewDisposeScope();
        var items = new long[] { 5, 2 };

        var pixels = PixelFloor.Of(data.Images, items, TinyData.Side, CPU, TestContext.Current.CancellationToken);
        var smaller = PixelFloor.Of(data.Images, items, TinyData.Side / 2, CPU, TestContext.Current.CancellationToken);

        pixels.mul(255).round().to(uint8).view(2, 1, TinyData.Side, TinyData.Side).eq(data.Images.Gather(items)).all().ToBoolean().ShouldBeTrue();
        smaller[1, 0].ToDouble().ShouldBe((pixels[1, 0] + pixels[1, 1] + pixels[1, TinyData.Side] + pixels[1, TinyData.Side + 1]).ToDouble() / 4, 1e-6);
        PixelFloor.Side(data.Images, 60).ShouldBe(TinyData.Side);
        PixelFloor.Side(data.Images, 10_000_000).ShouldBe(5);
    }

    private static Judgement Of(LabeledFeatures? bank, LabeledFeatures queries, JudgeOptions options) => Judge.Of(bank, queries, options, TestContext.Current.CancellationToken);

    private static LabelScores? Score(LabeledFeatures? bank, LabeledFeatures queries, JudgeOptions options) =>
        Judge.Score(bank, queries, options, TestContext.Current.CancellationToken);

    private static LabeledFeatures Random(int items, int seed, int classes) =>
        new(Sample.Leaf(Sample.Rows(items, 4, seed)).detach().to(float32), Sample.Labels(items, classes, seed));
}
