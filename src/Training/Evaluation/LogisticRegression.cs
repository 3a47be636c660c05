using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>
/// Multinomial logistic regression on standardised features: least mean cross-entropy + λ/2 ‖W‖² (the bias is free), found by L-BFGS over all rows, without chance.
/// </summary>
internal sealed class LogisticRegression : IDisposable
{
    private const long ChunkEntries = 1 << 22;
    private const int Iterations = 100;
    private const double Gradient = 1e-5;

    private readonly Tensor mean; // (d)
    private readonly Tensor scale; // (d), 1/σ
    private readonly Tensor weights; // (d + 1, C), the bias in the last row

    /// <param name="x">(N, d) finite features.</param>
    /// <param name="labels">(N) int64 in [0, classes).</param>
    /// <param name="classes">C.</param>
    /// <param name="l2">λ ≥ 0.</param>
    public LogisticRegression(Tensor x, Tensor labels, int classes, double l2)
    {
        LossInputs.NotNegative(l2, nameof(l2));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        x = x.detach();
        mean = x.mean([0]);
        var std = x.std([0], unbiased: false);
        // A feature that does not vary beyond its rounding tells nothing, and is not to be blown up.
        scale = where(std.gt(mean.abs() * 1e-6), std, std.new_full([1], double.PositiveInfinity)).reciprocal();
        var shape = new long[] { x.size(1) + 1, classes };
        var start = zeros((x.size(1) + 1) * classes, float64, x.device);
        weights = Lbfgs.Minimize(start, w => Objective(x, labels.to(x.device), w.view(shape), l2), Iterations, Gradient).view(shape).to(x.dtype).DetachFromDisposeScope();
        mean.DetachFromDisposeScope();
        scale.DetachFromDisposeScope();
    }

    /// <summary>(M) int64: the likeliest class of each row.</summary>
    public Tensor Predict(Tensor x)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (w, b) = (weights.narrow(0, 0, x.size(1)), weights[-1]);
        return cat([.. Chunks(x.detach()).Select(chunk => Of(chunk.X, z => z.mm(w).add_(b).argmax(1)))]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        mean.Dispose();
        scale.Dispose();
        weights.Dispose();
    }

    private (double Value, Tensor Gradient) Objective(Tensor x, Tensor labels, Tensor precise, double l2)
    {
        using var scope = NewDisposeScope();
        var n = x.size(0);
        var (width, all) = (x.size(1), precise.to(x.dtype)); // (d + 1, C)
        var (w, b) = (all.narrow(0, 0, width), all[-1]);
        var value = zeros([], float64, x.device);
        var gradient = zeros_like(precise);
        foreach (var (rows, start) in Chunks(x))
        {
            using var chunk = NewDisposeScope();
            var z = Standardised(rows); // (rows, d)
            var truth = labels.narrow(0, start, z.size(0)).unsqueeze(1);
            var logs = z.mm(w).add_(b).log_softmax(1); // (rows, C)
            value.sub_(logs.gather(1, truth).sum(float64));
            var wrong = logs.exp().scatter_add_(1, truth, ones_like(truth).to(x.dtype).neg()); // softmax − one-hot
            gradient.narrow(0, 0, width).add_(z.t().mm(wrong));
            gradient[-1].add_(wrong.sum(0, type: float64));
        }

        var penalised = precise.narrow(0, 0, width);
        gradient.div_(n).narrow(0, 0, width).add_(penalised * l2);
        return ((value.ToDouble() / n) + (0.5 * l2 * penalised.square().sum().ToDouble()), gradient.flatten().MoveToOuterDisposeScope());
    }

    private Tensor Standardised(Tensor rows) => rows.sub(mean).mul_(scale);

    private Tensor Of(Tensor rows, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        return function(Standardised(rows)).MoveToOuterDisposeScope();
    }

    private IEnumerable<(Tensor X, long Start)> Chunks(Tensor x)
    {
        var step = Math.Max(1, ChunkEntries / Math.Max(x.size(1), mean.size(0)));
        for (long start = 0; start < x.size(0); start += step)
            yield return (x.narrow(0, start, Math.Min(step, x.size(0) - start)), start);
    }
}
