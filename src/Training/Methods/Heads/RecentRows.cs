using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Heads;

/// <summary>
/// The latest rows of earlier steps, first in, first out (MoCo, arXiv 1911.05722): strangers for more comparisons than a batch holds. Rows and place are buffers,
/// and change in place.
/// </summary>
public sealed class RecentRows : nn.Module
{
    private readonly Tensor rows; // (K, d), of length 1
    private readonly Tensor next; // () int64, the row that is replaced next
    private readonly List<Tensor> waiting = [];

    /// <summary>Full of random directions from the global generator, on the CPU.</summary>
    /// <param name="length">Rows kept, K at least 1; a batch may be larger.</param>
    /// <param name="width">Their width d.</param>
    public RecentRows(int length, int width)
        : base(nameof(RecentRows))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        using var scope = NewDisposeScope();
        rows = UnitRows.Of(randn(length, width)).DetachFromDisposeScope();
        next = zeros([], int64).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>(K, d) as the last step left them; not to be changed.</summary>
    public Tensor Rows => rows;

    /// <summary>
    /// The longest power of two up to <paramref name="most"/> that is at most half of the items, so that few of the strangers in the queue are the picture itself.
    /// Where an epoch has four batches or more, it holds two.
    /// </summary>
    public static int Fitting(long items, int most)
    {
        var length = 2;
        while (length * 2 <= most && length * 4 <= items)
            length *= 2;
        return length;
    }

    /// <summary>Keeps rows for <see cref="Enqueue"/>, without gradient and beyond the step's dispose scope.</summary>
    /// <param name="latest">(N, d), of length 1.</param>
    public void Remember(Tensor latest) => waiting.Add(latest.detach().DetachFromDisposeScope());

    /// <summary>Puts what is remembered into the queue, in order, over the oldest; of more than K rows the last K stay.</summary>
    public void Enqueue()
    {
        if (waiting.Count == 0)
            return;
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var latest = cat(waiting); // (N, d)
        var (n, k) = (latest.size(0), rows.size(0));
        var kept = Math.Min(n, k);
        var places = (arange(n - kept, n, device: rows.device) + next).remainder(k); // (kept)
        rows.index_copy_(0, places, latest.narrow(0, n - kept, kept));
        next.add_(n).remainder_(k);
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
