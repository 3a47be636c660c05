using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Methods;

namespace ContrastiveService.Training.Plans;

/// <summary>What no single member can know: members against each other and against the data.</summary>
internal static class PlanCheck
{
    /// <exception cref="PlanException">Naming every culprit.</exception>
    public static void Against(TrainingPlan plan, DatasetFacts facts)
    {
        var errors = new List<PlanError>();
        CheckPair(errors, "views.crop.scale", plan.Views.Crop.Scale);
        CheckPair(errors, "views.crop.ratio", plan.Views.Crop.Ratio);
        CheckPair(errors, "views.blur.sigma", plan.Views.Blur.Sigma);
        if (plan.Schedule.WarmupEpochs > plan.Epochs)
            errors.Add(new("schedule.warmupEpochs", $"is {plan.Schedule.WarmupEpochs}, longer than the whole run of {plan.Epochs} epochs."));
        if (plan.Backbone.Stem == StemKind.Auto)
            errors.Add(new("backbone.stem", "must be `small` or `standard` in a stored plan."));
        CheckBackbone(errors, plan);
        CheckData(errors, plan, facts);
        if (errors.Count > 0)
            throw new PlanException(errors);
    }

    private static void CheckData(List<PlanError> errors, TrainingPlan plan, DatasetFacts facts)
    {
        if (facts.Items < 4)
        {
            errors.Add(new("dataset", $"'{plan.Dataset}' has {facts.Items} items to train on; at least 4 are needed. Upload pictures first (those of the test split do not count)."));
            return;
        }

        var held = (long)Math.Ceiling(facts.Items * plan.Evaluation.ValidationShare);
        if (plan.BatchSize > facts.Items - held)
            errors.Add(new("batchSize", $"is {plan.BatchSize}, but '{plan.Dataset}' has {facts.Items} items to train on, of which up to {held} are held out for validation. Make it at most {facts.Items - held}."));
        var needs = plan.Method.Needs(facts.FullyLabeled);
        var name = MethodCatalog.Of(plan.Method).Name;
        if (needs.Labels == LabelUse.Required && !facts.FullyLabeled)
            errors.Add(new("method.type", $"'{name}' with these options needs a label on every item and at least two classes; of {facts.Items} items in '{plan.Dataset}' {facts.Labeled} are labelled, with {facts.Classes} classes."));
        if (needs.SamplesPerClass <= 0)
            return;
        if (plan.BatchSize % needs.SamplesPerClass != 0)
            errors.Add(new("batchSize", $"is {plan.BatchSize}; '{name}' draws P classes × {needs.SamplesPerClass} items, so it must be a multiple of {needs.SamplesPerClass}."));
        else if (plan.BatchSize / needs.SamplesPerClass < 2)
            errors.Add(new("batchSize", $"is {plan.BatchSize}; with {needs.SamplesPerClass} items a class that is one class a batch, and there would be no negatives. Make it at least {2 * needs.SamplesPerClass}."));
    }

    private static void CheckBackbone(List<PlanError> errors, TrainingPlan plan)
    {
        try
        {
            BackboneCatalog.Check(plan.Backbone, plan.Channels, plan.ImageSize);
        }
        catch (PlanException e)
        {
            errors.AddRange(e.Errors);
        }
    }

    private static void CheckPair(List<PlanError> errors, string param, double[] pair)
    {
        if (pair[0] > pair[1])
            errors.Add(new(param, $"is [{pair[0]}, {pair[1]}]; the first must not be greater than the second."));
    }
}
