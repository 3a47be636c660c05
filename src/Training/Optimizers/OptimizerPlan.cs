using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Optimizers;

/// <summary>How gradients become steps. Members that a type does not use are ignored by it (momentum by Adam, betas by SGD).</summary>
public sealed record OptimizerPlan
{
    [Description("adamw (Adam with decoupled weight decay) | adam | sgd | lars (SGD with a rate for each layer, for large batches).")]
    public OptimizerKind Type { get; init; } = OptimizerKind.Adamw;

    [Description("Peak learning rate, reached after warm-up. If left out: 0.001 for adam and adamw, 0.05 for sgd, 0.3 × batchSize / 256 for lars.")]
    [Range(1e-8, 100.0)]
    public double LearningRate { get; init; } = 0.001;

    [Description("Times the learning rate, for the encoder alone: below 1 where it starts from pretrained weights and only the heads are new.")]
    [Range(0.0, 1000.0)]
    public double BackboneFactor { get; init; } = 1;

    [Description("Decay of weights with two or more dimensions; biases and norms are left out. Decoupled for adamw, added to the gradient for the others. "
        + "If left out: 0.000001 for lars, 0.0001 for the others.")]
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; } = 0.0001;

    [Description("Momentum of sgd and lars.")]
    [Range(0.0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    [Description("Nesterov's form of it.")]
    public bool Nesterov { get; init; }

    [Description("Running averages of adam and adamw.")]
    [Range(0.0, 0.999999), Length(2, 2)]
    public double[] Betas { get; init; } = [0.9, 0.999];

    [Description("The term under the division of adam and adamw.")]
    [Range(1e-16, 1.0)]
    public double Eps { get; init; } = 1e-8;

    [Description("η of lars: a layer's step is this share of the length of its weights, times the learning rate.")]
    [Range(1e-6, 1.0)]
    public double TrustCoefficient { get; init; } = 0.001;

    [Description("Longest gradient, over all weights together; a longer one is scaled down to it. Nothing is clipped if left out. The metric gradientNorm tells the length before.")]
    [Range(1e-6, 1e6)]
    public double? ClipNorm { get; init; }

    [Description("Micro-batches that a step is cut into, so that a batch need not fit into memory at once; batchSize is the whole step's, and a multiple of this.")]
    [Range(1, 1024)]
    public int Accumulate { get; init; } = 1;

    [Description("Views that go through the encoder at a time with their activations in memory; the loss sees the whole batch all the same (gradient caching, arXiv 2101.06983). "
        + "For batches larger than memory: a third more arithmetic. Batch norms see so many views at a time. All at once if left out.")]
    [Range(2, 1 << 20)]
    public int? ChunkSize { get; init; }
}
