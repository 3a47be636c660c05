using ContrastiveService.Training.Methods;

namespace ContrastiveService.Api.Catalog;

/// <summary>What a method with its default options does with labels.</summary>
/// <param name="Unlabelled">On data that has none.</param>
/// <param name="Labelled">On data with a label on every item.</param>
public sealed record LabelNeeds(LabelUse Unlabelled, LabelUse Labelled)
{
    public static LabelNeeds Of(MethodOptions options) => new(options.Needs(labeled: false).Labels, options.Needs(labeled: true).Labels);
}
