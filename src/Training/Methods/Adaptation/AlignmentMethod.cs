using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>Cross entropy on the source plus a weighted distance between the features of both domains.</summary>
public abstract class AlignmentMethod(string name, double weight, MethodContext context) : ClassifierMethod(name, context)
{
    public sealed override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (fs, ft) = Features(batch);
        var classification = nn.functional.cross_entropy(Logits(fs), batch.Labels!);
        var alignment = Alignment(fs, ft, batch);
        batch.Report("classificationLoss", classification);
        batch.Report("alignmentLoss", alignment);
        return (classification + weight * alignment).MoveToOuterDisposeScope();
    }

    /// <summary>How far apart the domains are: a scalar, attached to the graph.</summary>
    /// <param name="source">(B, d).</param>
    /// <param name="target">(B′, d).</param>
    /// <param name="batch">Takes reports.</param>
    protected abstract Tensor Alignment(Tensor source, Tensor target, Batch batch);
}
