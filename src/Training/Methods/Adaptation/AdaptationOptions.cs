namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>
/// What methods have in common that carry a classifier from a labelled source domain to a target without labels. A job with such a method also trains the two
/// baselines that its gain is measured against.
/// </summary>
public abstract record AdaptationOptions : MethodOptions
{
    public override BatchNeeds Needs(DataTraits data) => new(Views: 0, LabelUse.Required) { WeakViews = 1, Target = new BatchNeeds(Views: 0) { WeakViews = 1 } };

    public override string? AccumulationDiffers() => "the distance between the domains is measured within a micro-batch";
}
