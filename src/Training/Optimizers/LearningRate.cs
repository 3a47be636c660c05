namespace ContrastiveService.Training.Optimizers;

/// <summary>The learning rate of a step, in closed form: a resumed run needs nothing but the number of its step.</summary>
public static class LearningRate
{
    /// <summary>
    /// Linear warm-up that reaches the peak with its last step, then the peak times: 1; or half a cosine (Loshchilov 2017, arXiv 1608.03983, eq. 5 without
    /// restarts) that reaches <see cref="SchedulePlan.FinalRatio"/> with the run's last step; or γ for each milestone passed; or (1 + αp)^−β (Ganin 2016,
    /// arXiv 1505.07818, section 5.2), p from 0 to 1 with the run's last step.
    /// </summary>
    /// <param name="schedule">The curve.</param>
    /// <param name="optimizer">The peak.</param>
    /// <param name="step">From 0 to <paramref name="totalSteps"/> − 1.</param>
    /// <param name="stepsPerEpoch">Turns the warm-up's epochs into steps.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    public static double At(SchedulePlan schedule, OptimizerPlan optimizer, long step, long stepsPerEpoch, long totalSteps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(optimizer);
        var peak = optimizer.LearningRate;
        var warmup = Math.Min((long)Math.Round(schedule.WarmupEpochs * stepsPerEpoch), totalSteps);
        if (step < warmup) return peak * (step + 1) / warmup;

        var last = totalSteps - warmup - 1;
        if (last <= 0) return peak;
        var final = peak * schedule.FinalRatio;
        var done = Math.Min((double)(step - warmup) / last, 1);
        return schedule.Type switch
        {
            ScheduleKind.Constant => peak,
            ScheduleKind.Cosine => final + (peak - final) * (1 + Math.Cos(Math.PI * done)) / 2,
            ScheduleKind.Step => peak * Math.Pow(schedule.Gamma, schedule.Milestones.Count(share => step >= Math.Round(share * totalSteps))),
            ScheduleKind.Inverse => peak * Math.Pow(1 + schedule.Alpha * done, -schedule.Beta),
            _ => throw new ArgumentException($"There is no schedule '{schedule.Type}'.", nameof(schedule)),
        };
    }
}
