using ContrastiveService.Training.Methods;

namespace ContrastiveService.Api.Catalog;

/// <summary>What data a method with its default options asks for.</summary>
/// <param name="LabelsIfUnlabelled">What it does with labels on data that has none.</param>
/// <param name="LabelsIfLabelled">What it does with them on data with a label on every item.</param>
/// <param name="TwoDomains">Whether the job must name a target domain (<c>domains</c>).</param>
public sealed record DataNeeds(LabelUse LabelsIfUnlabelled, LabelUse LabelsIfLabelled, bool TwoDomains)
{
    public static DataNeeds Of(MethodOptions options)
    {
        var labelled = options.Needs(new DataTraits(Labeled: true));
        return new(options.Needs(default).Labels, labelled.Labels, labelled.Target is not null);
    }
}
