using System.Globalization;
using System.Text.Json.Nodes;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>
/// What methods have in common that carry a classifier from a labelled source domain to a target without labels. A job with such a method also trains the two
/// baselines that its gain is measured against.
/// </summary>
public abstract record AdaptationOptions : MethodOptions
{
    /// <summary>For methods that compare what is seen in a weak and in a full view of a target picture.</summary>
    protected static BatchNeeds TwoViewsOfTheTarget { get; } =
        new(Views: 0, LabelUse.Required) { WeakViews = 1, Target = new BatchNeeds(Views: 1) { WeakViews = 1 } };

    public override BatchNeeds Needs(DataTraits data) => new(Views: 0, LabelUse.Required) { WeakViews = 1, Target = new BatchNeeds(Views: 0) { WeakViews = 1 } };

    public override string? AccumulationDiffers() => "the distance between the domains is measured within a micro-batch";

    /// <summary>Full views from which the class can still be told: a fifth of a small picture, which is enough to find its partner again, is not.</summary>
    protected static JsonObject StrongViews(int imageSize) =>
        new() { ["views"] = new JsonObject { ["crop"] = new JsonObject { ["scale"] = imageSize <= 64 ? new JsonArray(0.6, 1.0) : new JsonArray(0.4, 1.0) } } };

    /// <summary>A <see cref="MethodOptions.CollapseCause"/>.</summary>
    protected static string AllFeaturesTheSame(string option, double value) =>
        string.Create(CultureInfo.InvariantCulture, $"domains are nearest to each other where all features are the same, and the pull to that ({option} is {value}) outweighs the classification: make it smaller");

    /// <summary>A <see cref="MethodOptions.CollapseCause"/>.</summary>
    protected static string OneClass(string option, double value) =>
        string.Create(CultureInfo.InvariantCulture, $"the network was sure of wrong classes of the target and confirmed itself in them: raise {option} (it is {value}), or make the weight smaller");
}
