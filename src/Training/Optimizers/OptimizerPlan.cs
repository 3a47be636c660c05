using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Optimizers;

/// <summary>How gradients become steps. Members that a type does not use are ignored by it (momentum by AdamW, betas by SGD).</summary>
public sealed record OptimizerPlan
{
    [Description("sgd | adamw.")]
    public OptimizerKind Type { get; init; } = OptimizerKind.Adamw;

    [Description("Peak learning rate, reached after warm-up.")]
    [Range(1e-8, 100.0)]
    public double LearningRate { get; init; } = 0.001;

    [Description("Decay of weights with two or more dimensions; biases and norms are left out. Decoupled for adamw, added to the gradient for sgd.")]
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; } = 0.0001;

    [Description("SGD momentum.")]
    [Range(0.0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    [Description("Nesterov momentum for SGD.")]
    public bool Nesterov { get; init; }

    [Description("AdamW's running averages.")]
    [Range(0.0, 0.999999), Length(2, 2)]
    public double[] Betas { get; init; } = [0.9, 0.999];

    [Description("AdamW's term under the division.")]
    [Range(1e-16, 1.0)]
    public double Eps { get; init; } = 1e-8;

    [Description("Micro-batches that a step is cut into, so that a batch need not fit into memory at once; batchSize is the whole step's.")]
    [Range(1, 1024)]
    public int Accumulate { get; init; } = 1;
}
