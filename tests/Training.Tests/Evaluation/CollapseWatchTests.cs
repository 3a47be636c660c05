using ContrastiveService.Training.Evaluation;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class CollapseWatchTests
{
    private const int Width = 100; // healthy: 0.1

    [Fact]
    public void Healthy_features_are_never_spoken_of()
    {
        var watch = new CollapseWatch();

        for (var check = 0; check < 10; check++)
            watch.Observe(0.0101, 2.01, Width).ShouldBeNull();
    }

    [Fact]
    public void A_standard_deviation_under_a_tenth_of_the_healthy_one_twice_in_a_row_is_a_point()
    {
        var watch = new CollapseWatch();

        watch.Observe(0.0099, 50, Width).ShouldBeNull();
        var verdict = watch.Observe(0.0099, 50, Width).ShouldNotBeNull();

        verdict.Kind.ShouldBe(CollapseKind.Point);
        verdict.Message.ShouldContain("0.0099");
        verdict.Message.ShouldContain("0.1 is healthy");
    }

    [Fact]
    public void An_effective_rank_under_2_twice_in_a_row_is_a_line()
    {
        var watch = new CollapseWatch();

        watch.Observe(0.1, 1.9, Width).ShouldBeNull();
        var verdict = watch.Observe(0.1, 1.5, Width).ShouldNotBeNull();

        verdict.Kind.ShouldBe(CollapseKind.Line);
        verdict.Message.ShouldContain("1.5 of 100");
    }

    [Fact]
    public void Features_that_are_no_numbers_blame_the_learning_rate()
    {
        var watch = new CollapseWatch();

        watch.Observe(double.NaN, double.NaN, Width).ShouldBeNull();
        var verdict = watch.Observe(double.NaN, 5, Width).ShouldNotBeNull();

        verdict.Kind.ShouldBe(CollapseKind.NotFinite);
        verdict.Message.ShouldContain("learningRate");
    }

    [Fact]
    public void One_good_check_between_two_bad_ones_is_no_collapse()
    {
        var watch = new CollapseWatch();

        watch.Observe(0, 1, Width).ShouldBeNull();
        watch.Observe(0.1, 50, Width).ShouldBeNull();
        watch.Observe(0, 1, Width).ShouldBeNull();
    }

    [Fact]
    public void It_speaks_once_for_each_collapse()
    {
        var watch = new CollapseWatch();
        bool Speaks(double std) => watch.Observe(std, 50, Width) is not null;

        Speaks(0).ShouldBeFalse();
        Speaks(0).ShouldBeTrue();
        Speaks(0).ShouldBeFalse();
        Speaks(0.1).ShouldBeFalse();
        Speaks(0).ShouldBeFalse();
        Speaks(0).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_watch_made_from_saved_state_goes_on_as_if_nothing_had_been(int badChecksBefore)
    {
        var first = new CollapseWatch();
        for (var check = 0; check < badChecksBefore; check++)
            first.Observe(0, 1, Width);
        var second = new CollapseWatch(first.ChecksInARow);

        for (var check = 0; check < 3; check++)
            second.Observe(0, 1, Width).ShouldBe(first.Observe(0, 1, Width));
    }

    [Fact]
    public void Very_narrow_features_are_not_judged_by_a_rank_they_cannot_have() =>
        Enumerable.Range(0, 3).Select(_ => new CollapseWatch(1).Observe(0.5, 1.9, 3)).ShouldAllBe(v => v == null);
}
