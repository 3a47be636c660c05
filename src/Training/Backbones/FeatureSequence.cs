using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// A backbone that is one sequence, which torchvision calls <c>features</c>, and a global average pooling. A stage ends before each layer that makes pictures smaller.
/// </summary>
public abstract class FeatureSequence : Backbone
{
    readonly int channels, smallest;
    readonly Sequential features = nn.Sequential();
    readonly List<List<string>> stages = [];

    private protected FeatureSequence(string name, int width, int channels, int smallest) : base(name, width)
    {
        this.channels = channels;
        this.smallest = smallest;
    }

    public override IReadOnlyList<IReadOnlyList<string>> Stages => stages;

    private protected override void Check(Tensor images) => CheckInput(images, channels, smallest);

    private protected override Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Average(features.call(images)).MoveToOuterDisposeScope(); // (B, width)
    }

    /// <summary>Adds the next layer.</summary>
    /// <param name="layer">It.</param>
    /// <param name="newStage">Whether a stage begins with it.</param>
    private protected void Append(nn.Module<Tensor, Tensor> layer, bool newStage)
    {
        var number = features.Count;
        features.append($"{number}", layer);
        if (newStage) stages.Add([]);
        stages[^1].Add($"features.{number}");
    }
}
