using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Heads;

/// <summary>A moving average of rows, of which DINO's teacher is rid (Caron et al. 2021, arXiv 2104.14294, equation 4). It is a buffer, and changes in place.</summary>
public sealed class RunningCenter : nn.Module
{
    private readonly Tensor mean; // (K)
    private readonly List<Tensor> waiting = [];

    /// <summary>Starts as 0, on the CPU.</summary>
    public RunningCenter(int width)
        : base(nameof(RunningCenter))
    {
        mean = zeros(width).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>(K) as the last step left it; not to be changed.</summary>
    public Tensor Value => mean;

    /// <summary>Keeps the mean of rows for <see cref="Update"/>, beyond the step's dispose scope.</summary>
    /// <param name="rows">(N, K), as many in each micro-batch of a step.</param>
    public void Remember(Tensor rows)
    {
        using var ungraded = no_grad();
        waiting.Add(rows.mean([0]).DetachFromDisposeScope());
    }

    /// <summary>c ← m·c + (1 − m)·mean of what is remembered: once after each optimiser step.</summary>
    /// <param name="momentum">m, 0 to 1.</param>
    public void Update(double momentum)
    {
        if (waiting.Count == 0)
            return;
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        mean.mul_(momentum).add_(stack(waiting).mean([0]), alpha: 1 - momentum);
        Forget();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Forget();
        base.Dispose(disposing);
    }

    private void Forget()
    {
        foreach (var tensor in waiting)
            tensor.Dispose();
        waiting.Clear();
    }
}
