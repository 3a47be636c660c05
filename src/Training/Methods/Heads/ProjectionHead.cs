using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Heads;

/// <summary>
/// A perceptron between the encoder and the loss: linear layers, each followed by batch normalisation, with ReLU between them (SimCLR v2, arXiv 2006.10029).
/// </summary>
public sealed class ProjectionHead : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    /// <summary>Builds it on the CPU from the global generator.</summary>
    /// <param name="inputs">Width of the encoder's features.</param>
    /// <param name="hidden">Width between layers.</param>
    /// <param name="outputs">Width of the projections.</param>
    /// <param name="depth">Linear layers, at least 1.</param>
    /// <param name="norm">Whether layers are normalised; those that are not have a bias.</param>
    /// <param name="lastNorm">Whether that holds for the last layer too; predictors end without.</param>
    /// <param name="lastOffset">Whether the last layer learns an offset: the scale and shift of its norm, or its bias.</param>
    public ProjectionHead(int inputs, int hidden, int outputs, int depth, bool norm = true, bool lastNorm = true, bool lastOffset = true)
        : base(nameof(ProjectionHead))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        var modules = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (var layer = 1; layer <= depth; layer++)
        {
            var width = layer == depth ? outputs : hidden;
            var normed = norm && (lastNorm || layer < depth);
            var offset = lastOffset || layer < depth;
            modules.Add(($"linear{layer}", nn.Linear(layer == 1 ? inputs : hidden, width, hasBias: offset && !normed)));
            if (normed)
                modules.Add(($"norm{layer}", nn.BatchNorm1d(width, affine: offset)));
            if (layer < depth)
                modules.Add(($"relu{layer}", nn.ReLU()));
        }

        layers = nn.Sequential(modules);
        RegisterComponents();
    }

    /// <summary>(B, inputs) to (B, outputs); B at least 2 while training with norms.</summary>
    public override Tensor forward(Tensor input) => layers.forward(input);
}
