using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Heads;

/// <summary>What each item last looked like, one row for every item of a data set (Wu et al. 2018, arXiv 1805.01978). The rows are a buffer and change in place.</summary>
public sealed class MemoryBank : nn.Module
{
    private readonly Tensor rows; // (N, d), of length 1
    private readonly List<(Tensor Items, Tensor Latest)> waiting = [];

    /// <summary>Full of random directions from the global generator, on the CPU.</summary>
    /// <param name="items">Rows, N.</param>
    /// <param name="width">Their width d.</param>
    public MemoryBank(int items, int width)
        : base(nameof(MemoryBank))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        using var scope = NewDisposeScope();
        rows = UnitRows.Of(randn(items, width)).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>(N, d) as the last step left them; not to be changed.</summary>
    public Tensor Rows => rows;

    /// <summary>Keeps rows for <see cref="Update"/>, without gradient and beyond the step's dispose scope.</summary>
    /// <param name="items">(B) int64, whose they are.</param>
    /// <param name="latest">(B, d), of length 1.</param>
    public void Remember(Tensor items, Tensor latest) => waiting.Add((items.alias().DetachFromDisposeScope(), latest.detach().DetachFromDisposeScope()));

    /// <summary>Moves the memories of the items seen towards what is remembered of them, along the sphere: v ← norm(m·v + (1 − m)·f).</summary>
    /// <param name="momentum">m, how much of a memory stays.</param>
    public void Update(double momentum)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        foreach (var (items, latest) in waiting)
            rows.index_copy_(0, items, UnitRows.Of((momentum * rows.index_select(0, items)) + ((1 - momentum) * latest)));
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
        foreach (var (items, latest) in waiting)
        {
            items.Dispose();
            latest.Dispose();
        }

        waiting.Clear();
    }
}
