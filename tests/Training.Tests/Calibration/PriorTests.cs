using ContrastiveService.Training.Calibration;

namespace ContrastiveService.Training.Tests.Calibration;

public sealed class PriorTests
{
    [Theory]
    [InlineData(0.5, 0.5, 0.1, 0.1)]
    [InlineData(0.9, 0.5, 0.1, 0.5)]
    [InlineData(0.5, 0.1, 0.5, 0.9)]
    [InlineData(0, 0.5, 0.9, 0)]
    [InlineData(1, 0.5, 0.001, 1)]
    [InlineData(0.37, 0.2, 0.2, 0.37)]
    public void A_prior_shifts_the_odds_by_bayes_rule(double probability, double from, double to, double expected) =>
        Prior.Shift(probability, from, to).ShouldBe(expected, 1e-12);

    [Fact]
    public void It_is_what_counting_gives()
    {
        // 30 of 100 positives and 6 of 200 negatives have this score: 30/36 among them, and 0.3/0.33 were both kinds as many.
        Prior.Shift(30.0 / 36, 100.0 / 300, 0.5).ShouldBe(0.3 / 0.33, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_prior_of_none_or_all_is_refused(double prior) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Prior.Shift(0.5, 0.5, prior)).ParamName.ShouldBe("to");
}
