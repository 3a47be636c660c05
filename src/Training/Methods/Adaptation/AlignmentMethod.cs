using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>
/// Cross entropy on the source plus a weighted distance between the features of both domains. Both go through the one shared encoder in one batch, so that its
/// batch norms see both.
/// </summary>
public abstract class AlignmentMethod(string name, double weight, MethodContext context) : ClassifierMethod(name, context)
{
    public sealed override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (source, target) = (batch.WeakViews[0], batch.Target!.WeakViews[0]);
        var features = Context.Encoder.forward(cat([source, target])); // (B + B', d)
        var fs = features.narrow(0, 0, source.size(0));
        var ft = features.narrow(0, source.size(0), target.size(0));
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
