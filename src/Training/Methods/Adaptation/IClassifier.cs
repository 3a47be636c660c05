using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>A method that may train a linear classifier on the encoder's features, so that its accuracy can be told.</summary>
public interface IClassifier
{
    /// <summary>Whether it does.</summary>
    bool Classifies { get; }

    /// <summary>(N, width) features to (N, classes) logits.</summary>
    Tensor Logits(Tensor features);
}
