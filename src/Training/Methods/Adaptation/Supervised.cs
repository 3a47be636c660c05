using System.ComponentModel;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>Plain classification: what a method that adapts to a target domain has to beat, and what it would reach with the target's labels.</summary>
[Method("supervised", Paper = "–",
    Summary = "Cross entropy with a linear classifier. Needs a label on every item; the baseline of the methods that align domains.")]
public sealed class Supervised : ClassifierMethod
{
    private readonly bool onTarget;

    public Supervised(Options options, MethodContext context)
        : base("supervised", context)
    {
        onTarget = options.OnTarget;
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Description("Train on the target domain with its labels instead of on the source: how well one could do.")]
        public bool OnTarget { get; init; }

        public override string? AccumulationDiffers() => null;

        public override BatchNeeds Needs(DataTraits data)
        {
            var labeled = new BatchNeeds(Views: 0, LabelUse.Required) { WeakViews = 1 };
            return OnTarget ? new BatchNeeds(Views: 0) { WeakViews = 1, Target = labeled } : labeled;
        }
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var seen = onTarget ? batch.Target! : batch;
        var logits = Logits(Context.Encoder.forward(seen.WeakViews[0]));
        batch.Report("accuracy", logits.argmax(1).eq(seen.Labels!).to(float32).mean());
        return nn.functional.cross_entropy(logits, seen.Labels!).MoveToOuterDisposeScope();
    }
}
