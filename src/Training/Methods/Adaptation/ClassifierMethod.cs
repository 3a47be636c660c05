using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>A method whose run also trains a linear classifier on the encoder's features, so that its accuracy can be told.</summary>
public abstract class ClassifierMethod : Method, IClassifier
{
    private readonly Linear classifier;

    /// <summary>Puts a linear layer from the encoder's width to the classes on the method.</summary>
    protected ClassifierMethod(string name, MethodContext context)
        : base(name, context)
    {
        classifier = nn.Linear(context.Width, context.Classes);
        register_module(nameof(classifier), classifier);
    }

    public bool Classifies => true;

    /// <summary>(N, width) features to (N, classes) logits.</summary>
    public virtual Tensor Logits(Tensor features) => classifier.forward(features);
}
