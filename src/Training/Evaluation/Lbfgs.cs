using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Limited-memory BFGS with a backtracking line search (Nocedal and Wright 2006, algorithms 7.4, 7.5 and 3.1), for smooth convex functions. Deterministic.</summary>
internal static class Lbfgs
{
    private const int Memory = 10, Halvings = 20;
    private const double SufficientDecrease = 1e-4, SmallestGain = 1e-7;

    /// <summary>Where the function is least.</summary>
    /// <param name="start">(p) float64.</param>
    /// <param name="function">The value and its gradient (p) float64 at a point.</param>
    /// <param name="iterations">At most so many.</param>
    /// <param name="gradient">It has arrived where no component of the gradient is larger.</param>
    /// <returns>(p) float64.</returns>
    public static Tensor Minimize(Tensor start, Func<Tensor, (double Value, Tensor Gradient)> function, int iterations, double gradient)
    {
        using var scope = NewDisposeScope();
        var x = start.clone();
        var (f, g) = function(x);
        var steps = new List<(Tensor S, Tensor Y, double Rho)>();
        for (var i = 0; i < iterations && Largest(g) > gradient; i++)
        {
            using var iteration = NewDisposeScope();
            var direction = Direction(g, steps);
            var length = steps.Count > 0 ? 1 : Math.Min(1, 1 / g.abs().sum().ToDouble());
            if (Search(function, x, f, direction, Dot(direction, g), length) is not { } found)
                break; // rounding hides any further descent
            var (s, y) = (found.X - x, found.Gradient - g);
            if (Dot(s, y) is var curvature && curvature > 1e-12 * Dot(y, y))
                steps.Add((s.MoveToOuterDisposeScope(), y.MoveToOuterDisposeScope(), 1 / curvature));
            if (steps.Count > Memory)
            {
                steps[0].S.Dispose();
                steps[0].Y.Dispose();
                steps.RemoveAt(0);
            }

            x.copy_(found.X);
            g.copy_(found.Gradient);
            var gain = f - found.Value;
            f = found.Value;
            if (gain <= SmallestGain * Math.Abs(f))
                break;
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>−H g by the two-loop recursion.</summary>
    private static Tensor Direction(Tensor g, List<(Tensor S, Tensor Y, double Rho)> steps)
    {
        using var scope = NewDisposeScope();
        var q = g.neg();
        var weights = new double[steps.Count];
        for (var i = steps.Count - 1; i >= 0; i--)
            q = q - ((weights[i] = steps[i].Rho * Dot(steps[i].S, q)) * steps[i].Y);
        if (steps.Count > 0)
            q = q / (steps[^1].Rho * Dot(steps[^1].Y, steps[^1].Y));
        for (var i = 0; i < steps.Count; i++)
            q = q + ((weights[i] - (steps[i].Rho * Dot(steps[i].Y, q))) * steps[i].S);
        return q.MoveToOuterDisposeScope();
    }

    private static (Tensor X, double Value, Tensor Gradient)? Search(
        Func<Tensor, (double Value, Tensor Gradient)> function, Tensor x, double f, Tensor direction, double slope, double length)
    {
        for (var halving = 0; halving < Halvings; halving++, length /= 2)
        {
            var next = x + (length * direction);
            var (value, gradient) = function(next);
            if (value < f && value <= f + (SufficientDecrease * length * slope))
                return (next, value, gradient);
            next.Dispose();
            gradient.Dispose();
        }

        return null;
    }

    private static double Largest(Tensor g)
    {
        using var scope = NewDisposeScope();
        return g.abs().max().ToDouble();
    }

    private static double Dot(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.dot(b).ToDouble();
    }
}
