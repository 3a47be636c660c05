using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Methods.Adaptation;

namespace ContrastiveService.Training;

/// <summary>
/// One of the trainings that a job consists of. Most have one. A method that adapts a classifier to a target domain is only worth what it gains over training on
/// the source alone, and of what is lacking to training on the target: those two come first, with the same encoder, seed and budget.
/// </summary>
/// <param name="Name">What progress calls it.</param>
/// <param name="Prefix">What its metrics' names begin with; nothing for the job's own training.</param>
/// <param name="Plan">What it does.</param>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Count">How many the job has.</param>
internal sealed record TrainingPhase(string Name, string Prefix, TrainingPlan Plan, int Index, int Count)
{
    /// <summary>The phases of a job, in order; its own training is the last, so that the newest checkpoint is the job's.</summary>
    public static IReadOnlyList<TrainingPhase> Of(TrainingPlan plan, ImageStore images)
    {
        List<(string Name, string Prefix, TrainingPlan Plan)> phases = [("adapted", "", plan)];
        if (plan is { Domains.Baselines: true, Method: AdaptationOptions })
        {
            var supervised = plan with { Method = new Supervised.Options() };
            var target = Splits.Of(images, plan.Seed, plan.Evaluation.ValidationShare, plan.Domains).Target!;
            if (target.Train.All(i => images.Labels[(int)i] >= 0))
                phases.Insert(0, ("trained on the target", DomainReport.OnTarget, supervised with { Method = new Supervised.Options { OnTarget = true } }));
            phases.Insert(0, ("source only", DomainReport.OnSource, supervised));
        }

        return [.. phases.Select((p, i) => new TrainingPhase(p.Name, p.Prefix, p.Plan, i, phases.Count))];
    }
}
