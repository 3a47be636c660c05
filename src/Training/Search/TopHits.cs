namespace ContrastiveService.Training.Search;

/// <summary>The best k of what it is offered, in memory for k: a heap with the worst of them on top.</summary>
sealed class TopHits(int k, float minimum)
{
    readonly PriorityQueue<Hit, Hit> heap = new(Math.Min(k, 1024), Hit.WorstFirst);

    /// <summary>What scores less need not be offered.</summary>
    public float Floor { get; private set; } = minimum;

    /// <summary>How many were offered that score the minimum or more.</summary>
    public long Matches { get; set; }

    public void Offer(long id, float score)
    {
        var hit = new Hit(id, score);
        if (heap.Count < k)
            heap.Enqueue(hit, hit);
        else if (Hit.BestFirst.Compare(hit, heap.Peek()) < 0)
            heap.DequeueEnqueue(hit, hit);
        if (heap.Count == k)
            Floor = heap.Peek().Score;
    }

    /// <summary>Best first; of several heaps over parts of one whole.</summary>
    public static Hit[] Merge(IEnumerable<TopHits> parts, int k) => [.. parts.SelectMany(part => part.heap.UnorderedItems.Select(item => item.Element)).Order(Hit.BestFirst).Take(k)];
}
