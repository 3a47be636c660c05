using ContrastiveService.Storage.Weights;
using ContrastiveService.Training;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Weights;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>Whether the weights that a plan starts from are there and are those of its architecture.</summary>
sealed class PretrainedCheck(WeightsStore store)
{
    private const string Param = "backbone.pretrained";
    private const int Listed = 20;

    /// <exception cref="PlanException">They are not there, or belong to another architecture.</exception>
    public async Task CheckAsync(TrainingPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Backbone.Pretrained is not { } name)
            return;
        if (await store.GetAsync(name, cancellationToken) is null)
            throw new PlanException(Param, $"There are no weights '{name}'. {await ThereAreAsync(cancellationToken)}");
        await using var file = await store.OpenReadAsync(name, cancellationToken);
        var report = PretrainedWeights.Compare(plan.Backbone, plan.Channels, plan.ImageSize, SafeTensors.ReadHeader(file));
        if (!report.Fits)
            throw new PlanException(Param, $"The weights '{name}' are not those of '{plan.Backbone.Type}': {report.Summary}");
    }

    private async Task<string> ThereAreAsync(CancellationToken cancellationToken)
    {
        var known = await store.ListAsync(null, Listed + 1, cancellationToken);
        return known.Count == 0
            ? "None were uploaded yet: POST /api/v1/weights?name=…"
            : $"There are: {string.Join(", ", known.Take(Listed).Select(w => w.Name))}{(known.Count > Listed ? ", …" : "")}.";
    }
}
