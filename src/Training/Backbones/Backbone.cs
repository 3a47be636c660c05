using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>An encoder: pictures in, one feature vector each out.</summary>
public abstract class Backbone(string name, int width) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Width of a feature vector.</summary>
    public int Width { get; } = width;
}
