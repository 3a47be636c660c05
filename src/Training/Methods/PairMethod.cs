using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>
/// A method that compares all rows of a batch with each other by label, or by instance where there are no labels. It has no heads: the encoder's features are
/// what is compared.
/// </summary>
public abstract class PairMethod(string name, PairOptions options, MethodContext context) : Method(name, context)
{
    public sealed override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var features = Context.Encoder.forward(batch.Views.Count == 1 ? batch.Views[0] : cat(batch.Views.ToArray())); // (V·B, d)
        var x = options.Normalize ? UnitRows.Of(features) : features;
        var classes = (batch.Labels ?? batch.Items).repeat(batch.Views.Count); // (V·B)
        return Loss(x, classes, batch).MoveToOuterDisposeScope();
    }

    /// <summary>The scalar to minimise.</summary>
    /// <param name="x">(N, d) features.</param>
    /// <param name="classes">(N) int64; rows of equal class belong together.</param>
    /// <param name="batch">Takes the parts of the loss as reports.</param>
    protected abstract Tensor Loss(Tensor x, Tensor classes, Batch batch);
}
