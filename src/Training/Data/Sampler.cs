using ContrastiveService.Training.Methods;

namespace ContrastiveService.Training.Data;

/// <summary>The order in which items come, epoch by epoch. An epoch depends on its number and the seed alone.</summary>
public abstract class Sampler
{
    /// <summary>Batches in an epoch, the same in every epoch.</summary>
    public abstract int StepsPerEpoch { get; }

    /// <summary>The batches of an epoch: positions among the training items, every batch full.</summary>
    public abstract IReadOnlyList<long[]> Epoch(int epoch);

    /// <summary>The sampler that a method needs.</summary>
    /// <param name="needs">The method's needs.</param>
    /// <param name="labels">Class index of every training item; read only where the needs ask for classes.</param>
    /// <param name="batchSize">Items in a batch.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="groups">Group number of every training item; needed where the needs ask for groups.</param>
    public static Sampler For(BatchNeeds needs, long[] labels, int batchSize, long seed, long[]? groups = null) => needs switch
    {
        { SamplesPerClass: > 0 and var k } => new ClassBalancedSampler(labels, batchSize / k, k, seed),
        { SamplesPerGroup: > 0 and var k } => new ClassBalancedSampler(groups ?? throw new ArgumentNullException(nameof(groups)), batchSize / k, k, seed),
        _ => new ShuffleSampler(labels.Length, batchSize, seed, "shuffle"),
    };
}
