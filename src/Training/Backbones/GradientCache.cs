using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// Lets a batch through an encoder that has no room for all of its activations (GradCache; Gao et al. 2021, arXiv 2101.06983, section 3.2): features first, part by part and
/// without a graph; once the loss, which sees all of them, has given their gradients, each part goes through again with a graph and hands them on. A third more
/// arithmetic, and the memory of one part.
/// </summary>
/// <param name="chunk">Most pictures in a part.</param>
sealed class GradientCache(int chunk) : IDisposable
{
    readonly List<(Tensor Pictures, Tensor Features)> passes = [];

    public bool Takes(Tensor pictures) => pictures.size(0) > chunk && is_grad_enabled();

    /// <summary>(B, C, H, W) to (B, width), of which the gradient is kept for <see cref="Backpropagate"/>.</summary>
    public Tensor Encode(Tensor pictures, Func<Tensor, Tensor> encode)
    {
        using var scope = NewDisposeScope();
        Tensor features;
        using (no_grad())
            features = cat([.. Parts(pictures).Select(encode)]);
        features.requires_grad_(true);
        passes.Add((pictures.detach().DetachFromDisposeScope(), features.DetachFromDisposeScope()));
        return features.view_as(features).MoveToOuterDisposeScope();
    }

    /// <summary>Hands the gradients of all features on to the encoder's parameters, and forgets them.</summary>
    public void Backpropagate(Func<Tensor, Tensor> encode)
    {
        foreach (var (pictures, features) in passes)
        {
            using var scope = NewDisposeScope();
            if (features.grad is not { } gradient)
                continue;
            foreach (var (part, ofPart) in Parts(pictures).Zip(Parts(gradient)))
            {
                using var inner = NewDisposeScope();
                encode(part).mul(ofPart).sum().backward();
            }
        }

        Dispose();
    }

    public void Dispose()
    {
        foreach (var (pictures, features) in passes)
        {
            pictures.Dispose();
            features.Dispose();
        }

        passes.Clear();
    }

    /// <summary>Of nearly one size: a batch norm can do nothing with a single picture that is left over.</summary>
    private Tensor[] Parts(Tensor rows) => rows.tensor_split((rows.size(0) + chunk - 1) / chunk);
}
