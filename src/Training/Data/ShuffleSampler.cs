namespace ContrastiveService.Training.Data;

/// <summary>Every item once an epoch, in random order; the remainder that fills no batch sits that epoch out.</summary>
internal sealed class ShuffleSampler(int items, int batchSize, long seed, string purpose) : Sampler
{
    public override int StepsPerEpoch => items / batchSize;

    public override IReadOnlyList<long[]> Epoch(int epoch)
    {
        var order = new long[items];
        for (var i = 0; i < items; i++)
            order[i] = i;
        new SeededRandom(seed, purpose, epoch).Shuffle<long>(order);
        return [.. order.Chunk(batchSize).Take(StepsPerEpoch)];
    }
}
