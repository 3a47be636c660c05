using System.Diagnostics.CodeAnalysis;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// Decides whose pictures go through a network next. Within a class every API key gets the same share however much it asks for, counted in pictures: start-time fair
/// queueing (Goyal, Vin and Cheng 1996). The interactive class goes first, but of five batches one begins with bulk work where there is some. One thread at a time.
/// </summary>
sealed class FairQueue
{
    private const int BulkTurn = 5;

    private readonly Lane[] lanes = [.. Enum.GetValues<RequestClass>().Select(_ => new Lane())];
    private readonly Dictionary<string, int> waiting = []; // works of each key
    private int batches;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => lanes.All(lane => lane.IsEmpty);

    /// <summary>How many pictures wait.</summary>
    public int Pictures { get; private set; }

    /// <summary>Of how many keys.</summary>
    public int Keys => waiting.Count;

    public void Add(QueuedWork work)
    {
        lanes[(int)work.Caller.Class].Add(work);
        Pictures += work.Weight;
        waiting[work.Caller.Key] = waiting.GetValueOrDefault(work.Caller.Key) + 1;
    }

    /// <summary>Takes what is to run next: works of one model, those whose turn it is first, up to so many pictures; or one work of another kind alone.</summary>
    /// <param name="most">Pictures in a batch. A larger work goes alone.</param>
    /// <returns>Empty when nothing waits.</returns>
    public IReadOnlyList<QueuedWork> Take(int most)
    {
        var bulkFirst = !lanes[(int)RequestClass.Bulk].IsEmpty && (lanes[(int)RequestClass.Interactive].IsEmpty || ++batches % BulkTurn == 0);
        Lane[] order = bulkFirst ? [lanes[(int)RequestClass.Bulk], lanes[(int)RequestClass.Interactive]] : [.. lanes];
        if (order[0].Take() is not { } first)
            return [];
        var taken = new List<QueuedWork> { first };
        var pictures = first.Weight;
        foreach (var lane in first.Model is null ? [] : order)
        {
            while (lane.TryTake(first.Model!, most - pictures, out var more))
            {
                taken.Add(more);
                pictures += more.Weight;
            }
        }

        taken.ForEach(Leave);
        return taken;
    }

    /// <summary>Takes out one that nobody waits for any more; what its key sends from now on is placed as if it had never been sent.</summary>
    /// <returns>Whether it was still there.</returns>
    public bool Remove(QueuedWork work)
    {
        if (!lanes[(int)work.Caller.Class].Remove(work))
            return false;
        Leave(work);
        return true;
    }

    private void Leave(QueuedWork work)
    {
        Pictures -= work.Weight;
        if (--waiting[work.Caller.Key] == 0)
            waiting.Remove(work.Caller.Key);
    }

    /// <summary>The works of one class.</summary>
    private sealed class Lane
    {
        private static readonly object NoModel = new();

        private readonly Dictionary<object, PriorityQueue<QueuedWork, (double Start, long Arrival)>> byModel = [];
        private readonly Dictionary<string, double> finishes = []; // of each key's last work, in virtual time
        private double now; // virtual time: the start of what was taken last
        private long arrivals;

        public bool IsEmpty => byModel.Count == 0;

        public void Add(QueuedWork work)
        {
            var start = Math.Max(now, finishes.GetValueOrDefault(work.Caller.Key));
            finishes[work.Caller.Key] = start + work.Weight;
            if (!byModel.TryGetValue(work.Model ?? NoModel, out var queue))
                byModel.Add(work.Model ?? NoModel, queue = new());
            queue.Enqueue(work, (start, arrivals++));
        }

        public QueuedWork? Take()
        {
            object? best = null;
            var first = (Start: double.PositiveInfinity, Arrival: long.MaxValue);
            foreach (var (model, queue) in byModel)
            {
                queue.TryPeek(out _, out var head);
                if (head.CompareTo(first) < 0)
                    (best, first) = (model, head);
            }

            return best is null ? null : Dequeue(best);
        }

        public bool TryTake(LoadedModel model, int most, [NotNullWhen(true)] out QueuedWork? work)
        {
            work = byModel.TryGetValue(model, out var queue) && queue.Peek().Weight <= most ? Dequeue(model) : null;
            return work is not null;
        }

        public bool Remove(QueuedWork work)
        {
            var model = work.Model ?? NoModel;
            if (!byModel.TryGetValue(model, out var queue) || !queue.Remove(work, out _, out _))
                return false;
            finishes[work.Caller.Key] -= work.Weight;
            Forget(model, queue);
            return true;
        }

        private QueuedWork Dequeue(object model)
        {
            var queue = byModel[model];
            queue.TryDequeue(out var work, out var place);
            now = Math.Max(now, place.Start);
            Forget(model, queue);
            return work!;
        }

        private void Forget(object model, PriorityQueue<QueuedWork, (double Start, long Arrival)> queue)
        {
            if (queue.Count == 0)
                byModel.Remove(model);
            if (byModel.Count > 0)
                return;
            // Nobody waits: nobody is ahead of anybody.
            finishes.Clear();
            now = 0;
        }
    }
}
