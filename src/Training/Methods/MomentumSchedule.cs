namespace ContrastiveService.Training.Methods;

/// <summary>How what a teacher depends on changes over a run.</summary>
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

    /// <summary>From <paramref name="start"/> at step 0 evenly to <paramref name="end"/>, which it has from step <paramref name="steps"/> on.</summary>
    /// <param name="start">Value at first.</param>
    /// <param name="end">Value at last.</param>
    /// <param name="step">Optimiser steps done.</param>
    /// <param name="steps">Optimiser steps that the way takes; 0 for none.</param>
    public static double Linear(double start, double end, long step, double steps) => start + ((steps <= 0 ? 1 : Math.Min(step / steps, 1)) * (end - start));
}
