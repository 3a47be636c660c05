using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Training.Plans;

/// <summary>What no single member can know: members against each other and against the data.</summary>
internal static class PlanCheck
{
    /// <exception cref="PlanException">Naming every culprit.</exception>
    public static void Against(TrainingPlan plan, DatasetFacts facts)
    {
        var errors = new List<PlanError>();
        CheckViews(errors, plan.Views);
        if (plan.Schedule.WarmupEpochs > plan.Epochs)
            errors.Add(new("schedule.warmupEpochs", $"is {plan.Schedule.WarmupEpochs}, longer than the whole run of {plan.Epochs} epochs."));
        if (plan.Backbone.Stem == StemKind.Auto)
            errors.Add(new("backbone.stem", "must be `small` or `standard` in a stored plan."));
        CheckBackbone(errors, plan, plan.ImageSize, "imageSize");
        CheckAccumulation(errors, plan);
        CheckData(errors, plan, facts);
        if (errors.Count > 0)
            throw new PlanException(errors);
    }

    /// <summary>Ranges whose ends are in the wrong order.</summary>
    public static void CheckViews(List<PlanError> errors, ViewsPlan views)
    {
        CheckPair(errors, "views.crop.scale", views.Crop.Scale);
        CheckPair(errors, "views.crop.ratio", views.Crop.Ratio);
        CheckPair(errors, "views.blur.sigma", views.Blur.Sigma);
        CheckPair(errors, "views.weak.scale", views.Weak.Scale);
        CheckPair(errors, "views.local.scale", views.Local.Scale);
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
        var needs = plan.Method.Needs(facts.Traits);
        var name = MethodCatalog.Of(plan.Method).Name;
        CheckDomains(errors, plan, facts, needs, name);
        if (needs.Labels == LabelUse.Required && !facts.FullyLabeled)
            errors.Add(new("method.type", $"'{name}' with these options needs a label on every item and at least two classes; of {facts.Items} items in '{plan.Dataset}' {facts.Labeled} are labelled, with {facts.Classes} classes."));
        if (needs.SamplesPerGroup > 0 && !facts.Grouped)
            errors.Add(new("method.type", $"'{name}' with these options needs a group on every item (the pictures of one thing share it)."));
        CheckDraws(errors, plan, name, "class", needs.SamplesPerClass);
        CheckDraws(errors, plan, name, "group", needs.SamplesPerGroup);
        if (needs.LocalViews > 0)
            CheckBackbone(errors, plan, BatchMaker.LocalSize(plan), "views.local.size");
        errors.AddRange(plan.Method.Check(plan, facts));
    }

    private static void CheckDraws(List<PlanError> errors, TrainingPlan plan, string name, string what, int each)
    {
        if (each <= 0)
            return;
        if (plan.BatchSize % each != 0)
            errors.Add(new("batchSize", $"is {plan.BatchSize}; '{name}' draws {each} items of each {what}, so it must be a multiple of {each}."));
        else if (plan.BatchSize / each < 2)
            errors.Add(new("batchSize", $"is {plan.BatchSize}; with {each} items a {what} that is one {what} a batch, and there would be no negatives. Make it at least {2 * each}."));
        else if (plan.BatchSize % plan.Optimizer.Accumulate == 0 && (plan.BatchSize / plan.Optimizer.Accumulate % each != 0 || plan.BatchSize / plan.Optimizer.Accumulate < 2 * each))
            errors.Add(new("optimizer.accumulate", $"is {plan.Optimizer.Accumulate}, which makes micro-batches of {plan.BatchSize / plan.Optimizer.Accumulate}; '{name}' needs whole {(what == "class" ? "classes" : what + "s")} of {each} items in each, two or more."));
    }

    private static void CheckAccumulation(List<PlanError> errors, TrainingPlan plan)
    {
        var parts = plan.Optimizer.Accumulate;
        if (plan.BatchSize % parts != 0)
            errors.Add(new("optimizer.accumulate", $"is {parts}; it must divide batchSize, {plan.BatchSize}, so that all micro-batches are of one size."));
        else if (plan.BatchSize / parts < 2)
            errors.Add(new("optimizer.accumulate", $"is {parts}; a micro-batch must hold at least 2 of the {plan.BatchSize} items of a step."));
    }

    private static void CheckDomains(List<PlanError> errors, TrainingPlan plan, DatasetFacts facts, BatchNeeds needs, string name)
    {
        if (needs.Target is not null && plan.Domains is null)
        {
            errors.Add(new("domains", $"is needed: '{name}' aligns a target domain with a source. Name two domains of '{plan.Dataset}' (domains.source and domains.target), or a second data set (domains.targetDataset)."));
            return;
        }

        if (plan.Domains is null)
            return;
        if (needs.Target is null)
            errors.Add(new("domains", $"has no use: '{name}' with these options learns from one domain. Leave it out, or choose a method that aligns two."));
        if (facts.Target is { } target && plan.BatchSize > target.Items - (long)Math.Ceiling(target.Items * plan.Evaluation.ValidationShare))
            errors.Add(new("batchSize", $"is {plan.BatchSize}, but the target domain has {target.Items} items to train on, of which {plan.Evaluation.ValidationShare:0%} may be held out. Make it smaller, or add pictures."));
    }

    private static void CheckBackbone(List<PlanError> errors, TrainingPlan plan, int size, string param)
    {
        try
        {
            BackboneCatalog.Check(plan.Backbone, plan.Channels, size);
        }
        catch (PlanException e)
        {
            errors.AddRange(e.Errors.Select(error => error.Param == "imageSize" ? error with { Param = param } : error));
        }
    }

    private static void CheckPair(List<PlanError> errors, string param, double[] pair)
    {
        if (pair[0] > pair[1])
            errors.Add(new(param, $"is [{pair[0]}, {pair[1]}]; the first must not be greater than the second."));
    }
}
