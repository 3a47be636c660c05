namespace ContrastiveService.Training.Data;

/// <summary>Batches of a second set of items beside a run's own: epoch after epoch, however long the run's are. A step's batch depends on its number and the seed alone.</summary>
internal sealed class EndlessBatches(Sampler sampler)
{
    private IReadOnlyList<long[]> batches = [];
    private long epoch = -1;

    /// <summary>Positions among the items.</summary>
    public long[] At(long step)
    {
        if (epoch != step / sampler.StepsPerEpoch)
        {
            epoch = step / sampler.StepsPerEpoch;
            batches = sampler.Epoch((int)epoch);
        }

        return batches[(int)(step % sampler.StepsPerEpoch)];
    }
}
