using ContrastiveService.Training.Losses;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Heads;

/// <summary>
/// DINO's head (Caron et al. 2021, arXiv 2104.14294, appendix C): linear layers with GELU between them down to a bottleneck of length 1, and a last linear layer
/// without bias whose weights are a direction and a length for each output (weight normalisation).
/// </summary>
public sealed class DinoHead : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;
    private readonly Parameter directions; // (K, bottleneck), of any length
    private readonly Parameter? lengths; // (K); null where all are 1

    /// <summary>Builds it on the CPU from the global generator.</summary>
    /// <param name="inputs">Width of the encoder's features.</param>
    /// <param name="hidden">Width between the layers before the bottleneck.</param>
    /// <param name="bottleneck">Width of the bottleneck.</param>
    /// <param name="outputs">K.</param>
    /// <param name="depth">Linear layers before and with the bottleneck, at least 1.</param>
    /// <param name="norm">Whether each of them but the last is followed by batch normalisation.</param>
    /// <param name="lengthsLearned">Whether the last layer's lengths are learned; else they stay 1.</param>
    public DinoHead(int inputs, int hidden, int bottleneck, int outputs, int depth, bool norm, bool lengthsLearned)
        : base(nameof(DinoHead))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        var modules = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (var layer = 1; layer < depth; layer++)
        {
            modules.Add(($"linear{layer}", nn.Linear(layer == 1 ? inputs : hidden, hidden, hasBias: !norm)));
            if (norm)
                modules.Add(($"norm{layer}", nn.BatchNorm1d(hidden)));
            modules.Add(($"gelu{layer}", nn.GELU()));
        }

        modules.Add(($"linear{depth}", nn.Linear(depth == 1 ? inputs : hidden, bottleneck)));
        layers = nn.Sequential(modules);
        using var scope = NewDisposeScope();
        directions = new Parameter(UnitRows.Of(randn(outputs, bottleneck)).DetachFromDisposeScope());
        lengths = lengthsLearned ? new Parameter(ones(outputs).DetachFromDisposeScope()) : null;
        RegisterComponents();
    }

    /// <summary>(B, inputs) to (B, K).</summary>
    public override Tensor forward(Tensor input) => Outputs(input, lastFrozen: false);

    /// <summary>The same; with <paramref name="lastFrozen"/> the last layer gets no gradient, so that no optimiser moves it.</summary>
    public Tensor Outputs(Tensor input, bool lastFrozen)
    {
        using var scope = NewDisposeScope();
        var z = UnitRows.Of(layers.forward(input)); // (B, bottleneck)
        var outputs = z.mm(UnitRows.Of(lastFrozen ? directions.detach() : directions).t()); // (B, K)
        if (lengths is not null)
            outputs = outputs * (lastFrozen ? lengths.detach() : lengths);
        return outputs.MoveToOuterDisposeScope();
    }
}
