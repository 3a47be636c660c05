using ContrastiveService.Training.Evaluation;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class DomainReportTests
{
    [Theory]
    [InlineData(0.5, 0.9, 0.8, 0.75)]
    [InlineData(0.5, 0.9, 0.4, -0.25)]
    [InlineData(0.5, 0.9, 0.9, 1)]
    [InlineData(0.5, 0.9, 1, 1.25)]
    public void The_gap_covered_is_what_was_gained_of_what_there_was_to_gain(double least, double most, double adapted, double covered) =>
        DomainReport.Of(Results(least, most, adapted), "test").GapCovered!.Value.ShouldBe(covered, 1e-12);

    [Theory]
    [InlineData(0.9, 0.9, 0.8)]
    [InlineData(0.9, 0.5, 0.8)]
    [InlineData(null, 0.9, 0.8)]
    [InlineData(0.5, null, 0.8)]
    [InlineData(0.5, 0.9, null)]
    public void Without_a_gap_or_one_of_its_ends_there_is_no_share_of_it(double? least, double? most, double? adapted) =>
        DomainReport.Of(Results(least, most, adapted), "test").GapCovered.ShouldBeNull();

    [Fact]
    public void Phases_that_were_not_run_are_null()
    {
        var report = DomainReport.Of(new Dictionary<string, double> { ["untrained.mmd"] = 0.1, ["mmd"] = 0.2, ["sourceAccuracy"] = 0.7 }, "validation");

        report.TargetEvaluatedOn.ShouldBe("validation");
        report.Untrained.ShouldBe(new DomainScores(null, null, null, null, 0.1));
        report.Adapted.ShouldBe(new DomainScores(0.7, null, null, null, 0.2));
        report.SourceOnly.ShouldBeNull();
        report.TargetTrained.ShouldBeNull();
    }

    private static Dictionary<string, double> Results(double? least, double? most, double? adapted)
    {
        var results = new Dictionary<string, double>();
        foreach (var (name, value) in new[] { ("sourceOnly.targetAccuracy", least), ("targetTrained.targetAccuracy", most), ("targetAccuracy", adapted) })
        {
            if (value is { } known)
                results[name] = known;
        }

        return results;
    }
}
