using System.Text.Json.Nodes;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Methods;

/// <summary>A method's own settings: init-only members with the paper's defaults, ranges in <c>[Range]</c>, meanings in <c>[Description]</c>.</summary>
public abstract record MethodOptions
{
    /// <summary>What the batch must hold. <paramref name="labeled"/> says whether every training item has a label.</summary>
    public abstract BatchNeeds Needs(bool labeled);

    /// <summary>
    /// Members of the whole plan (such as <c>{"method": {"temperature": 0.5}}</c>) that this method would rather have for this data than the general defaults.
    /// What the request says wins over them.
    /// </summary>
    public virtual JsonObject Suggest(DatasetFacts facts, int imageSize) => [];
}
