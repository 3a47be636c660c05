using ContrastiveService.Training.Optimizers;

namespace ContrastiveService.Training.Tests.Optimizers;

public sealed class LearningRateTests
{
    static readonly OptimizerPlan Peak = new() { LearningRate = 0.5 };

    static double At(SchedulePlan schedule, long step, long totalSteps = 100) => LearningRate.At(schedule, Peak, step, stepsPerEpoch: 10, totalSteps);

    [Fact]
    public void Warm_up_rises_in_a_line_and_reaches_the_peak_with_its_last_step()
    {
        var schedule = new SchedulePlan { WarmupEpochs = 2 };

        At(schedule, 0).ShouldBe(0.5 / 20);
        At(schedule, 9).ShouldBe(0.25);
        At(schedule, 19).ShouldBe(0.5);
        At(schedule, 20).ShouldBe(0.5);
    }

    [Fact]
    public void The_cosine_falls_to_its_share_of_the_peak_with_the_last_step()
    {
        var schedule = new SchedulePlan { WarmupEpochs = 0, FinalRatio = 0.1 };

        At(schedule, 0, 101).ShouldBe(0.5);
        At(schedule, 50, 101).ShouldBe((0.5 + 0.05) / 2, 1e-12);
        At(schedule, 100, 101).ShouldBe(0.05, 1e-12);
        Enumerable.Range(1, 100).ShouldAllBe(step => At(schedule, step, 101) < At(schedule, step - 1, 101));
    }

    [Fact]
    public void A_constant_rate_stays_after_warm_up()
    {
        var schedule = new SchedulePlan { Type = ScheduleKind.Constant, WarmupEpochs = 0.5, FinalRatio = 0 };

        At(schedule, 4).ShouldBe(0.5);
        At(schedule, 99).ShouldBe(0.5);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    public void A_run_that_is_hardly_longer_than_its_warm_up_has_a_rate_at_every_step(int totalSteps, double warmupEpochs)
    {
        foreach (var kind in Enum.GetValues<ScheduleKind>())
        {
            for (var step = 0; step < totalSteps; step++)
                At(new SchedulePlan { Type = kind, WarmupEpochs = warmupEpochs }, step, totalSteps).ShouldBeInRange(0.05, 0.5);
        }
    }

    [Fact]
    public void A_stair_goes_down_by_the_same_factor_at_each_milestone()
    {
        var schedule = new SchedulePlan { Type = ScheduleKind.Step, WarmupEpochs = 1, Milestones = [0.5, 0.8], Gamma = 0.2 };

        At(schedule, 4).ShouldBe(0.25);
        foreach (var (step, rate) in new[] { (10, 0.5), (49, 0.5), (50, 0.1), (79, 0.1), (80, 0.02), (99, 0.02) })
            At(schedule, step).ShouldBe(rate, 1e-12, $"step {step}");
    }

    [Fact]
    public void The_inverse_decay_is_that_of_domain_adversarial_training()
    {
        var schedule = new SchedulePlan { Type = ScheduleKind.Inverse, WarmupEpochs = 0 };

        At(schedule, 0, 101).ShouldBe(0.5);
        At(schedule, 50, 101).ShouldBe(0.5 / Math.Pow(6, 0.75), 1e-12);
        At(schedule, 100, 101).ShouldBe(0.5 / Math.Pow(11, 0.75), 1e-12);
        At(schedule with { Alpha = 3, Beta = 2 }, 100, 101).ShouldBe(0.5 / 16, 1e-12);
        At(schedule with { WarmupEpochs = 1 }, 9, 101).ShouldBe(0.5);
        At(schedule with { WarmupEpochs = 1 }, 10, 101).ShouldBe(0.5);
    }
}
