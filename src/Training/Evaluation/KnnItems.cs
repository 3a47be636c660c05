using ContrastiveService.Training.Data;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Which items take part in the kNN check: the same in every evaluation of a run, and for its model card.</summary>
internal static class KnnItems
{
    /// <summary>Training items to find neighbours among, at most <see cref="Plans.EvaluationPlan.BankItems"/>, chosen by the seed.</summary>
    public static long[] Bank(TrainingPlan plan, Splits splits) => Sample(splits.Train, "bank", plan.Evaluation.BankItems, plan.Seed);

    /// <summary>Validation items to classify, at most <see cref="Plans.EvaluationPlan.QueryItems"/>; training items where nothing is held out.</summary>
    public static long[] Queries(TrainingPlan plan, Splits splits) =>
        Sample(splits.Validation.Length > 0 ? splits.Validation : splits.Train, "queries", plan.Evaluation.QueryItems, plan.Seed);

    /// <summary>At most so many of the items, chosen by the seed and the purpose.</summary>
    public static long[] Sample(long[] items, string purpose, int atMost, long seed)
    {
        if (items.Length <= atMost)
            return items;
        var chosen = (long[])items.Clone();
        new SeededRandom(seed, purpose).Shuffle<long>(chosen);
        return chosen[..atMost];
    }
}
