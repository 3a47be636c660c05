using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones.Layers;

/// <summary>A layer that does the heavy arithmetic of a network, and can do it with fewer bits than its parameters have.</summary>
interface ILayer
{
    /// <summary>What input and weights are cast to for the operation; null computes with what comes in.</summary>
    ScalarType? Arithmetic { set; }
}
