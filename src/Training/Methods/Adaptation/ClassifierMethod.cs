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

    /// <summary>The linear layer.</summary>
    protected Linear Classifier => classifier;

    /// <summary>
    /// (B, width) and (B′, width): features of the source's and the target's first weak view. Both go through the one shared encoder in one batch, so that its batch
    /// norms see both, as they will when it is used.
    /// </summary>
    protected (Tensor Source, Tensor Target) Features(Batch batch)
    {
        var (source, target) = (batch.WeakViews[0], batch.Target!.WeakViews[0]);
        var features = Context.Encoder.forward(cat([source, target])); // (B + B', width)
        return (features.narrow(0, 0, source.size(0)), features.narrow(0, source.size(0), target.size(0)));
    }
}
