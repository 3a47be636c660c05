namespace ContrastiveService.Training.Data;

/// <summary>
/// P classes × K items a batch (Hermans 2017, section 2). Classes come in random rounds, so that each is drawn equally often; a class's items come in random
/// rounds of their own, so that all are seen before one comes again. A class with fewer than K items repeats some within the batch.
/// </summary>
internal sealed class ClassBalancedSampler : Sampler
{
    private readonly long[][] members;
    private readonly int classesPerBatch;
    private readonly int samplesPerClass;
    private readonly long seed;

    public ClassBalancedSampler(long[] labels, int classesPerBatch, int samplesPerClass, long seed)
    {
        this.samplesPerClass = samplesPerClass;
        this.seed = seed;
        members = [.. labels.Select((label, i) => (label, i: (long)i)).GroupBy(p => p.label).OrderBy(g => g.Key).Select(g => g.Select(p => p.i).ToArray())];
        this.classesPerBatch = classesPerBatch;
        StepsPerEpoch = Math.Max(1, labels.Length / (classesPerBatch * samplesPerClass));
    }

    public override int StepsPerEpoch { get; }

    public override IReadOnlyList<long[]> Epoch(int epoch)
    {
        var random = new SeededRandom(seed, "class-balanced", epoch);
        var classes = new Rounds(Numbers(members.Length), random);
        var items = Array.ConvertAll(members, m => new Rounds(m, random));
        // Of each class at most this many in one batch: K, or more where there are fewer classes than places.
        var itemsPerBatch = samplesPerClass * ((classesPerBatch + members.Length - 1) / members.Length);
        var batches = new long[StepsPerEpoch][];
        for (var step = 0; step < batches.Length; step++)
        {
            var batch = new List<long>(classesPerBatch * samplesPerClass);
            classes.MakeRoomFor(classesPerBatch);
            foreach (var rounds in items)
                rounds.MakeRoomFor(itemsPerBatch);
            for (var p = 0; p < classesPerBatch; p++)
            {
                var drawn = items[classes.Next()];
                for (var k = 0; k < samplesPerClass; k++)
                    batch.Add(drawn.Next());
            }

            batches[step] = [.. batch];
        }

        return batches;
    }

    private static long[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    /// <summary>An endless stream of shuffles of the same values.</summary>
    private sealed class Rounds(long[] values, SeededRandom random)
    {
        private readonly long[] order = (long[])values.Clone();
        private int next = values.Length;

        /// <summary>Starts a new round unless this one still holds <paramref name="count"/> values, so that a batch draws none twice while there are enough.</summary>
        public void MakeRoomFor(int count)
        {
            if (order.Length - next < count)
                next = order.Length;
        }

        public long Next()
        {
            if (next == order.Length)
            {
                random.Shuffle<long>(order);
                next = 0;
            }

            return order[next++];
        }
    }
}
