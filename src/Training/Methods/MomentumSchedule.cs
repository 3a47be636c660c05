namespace ContrastiveService.Training.Methods;

/// <summary>How a teacher's momentum grows over a run.</summary>
public static class MomentumSchedule
{
    /// <summary>end − (end − start)·(1 + cos(π·step/total))/2 (BYOL, arXiv 2006.07733, section 3.2): <paramref name="start"/> at step 0, <paramref name="end"/> from the last on.</summary>
    /// <param name="start">Momentum at first.</param>
    /// <param name="end">Momentum at last.</param>
    /// <param name="step">Optimiser steps done.</param>
    /// <param name="total">Optimiser steps of the run, at least 1.</param>
    public static double Cosine(double start, double end, long step, long total)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        var progress = Math.Clamp((double)step / total, 0, 1);
        return end - ((end - start) * (1 + Math.Cos(Math.PI * progress)) / 2);
    }
}
