using System.Text.Json.Nodes;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Methods;

/// <summary>A method's own settings: init-only members with the paper's defaults, ranges in <c>[Range]</c>, meanings in <c>[Description]</c>.</summary>
public abstract record MethodOptions
{
    /// <summary>What the batch must hold, given what the data offers.</summary>
    public abstract BatchNeeds Needs(DataTraits data);

    /// <summary>
    /// Members of the whole plan (such as <c>{"method": {"temperature": 0.5}}</c>) that this method would rather have for this data than the general defaults.
    /// What the request says wins over them.
    /// </summary>
    public virtual JsonObject Suggest(DatasetFacts facts, int imageSize) => [];

    /// <summary>What of a plan this method cannot work with, beside what its needs and ranges say: (JSON path, what is wrong and what would be right).</summary>
    public virtual IEnumerable<PlanError> Check(TrainingPlan plan, DatasetFacts facts) => [];

    /// <summary>Why a step of n micro-batches is not the step of the whole batch for this loss; null where it is (batch norm aside).</summary>
    public virtual string? AccumulationDiffers() => "the loss compares the items of a batch with each other, and a micro-batch holds fewer of them";

    /// <summary>What most likely is wrong when this method's features collapse, in the words of its options.</summary>
    public virtual string? CollapseCause() => null;
}
