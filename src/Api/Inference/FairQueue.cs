namespace ContrastiveService.Api.Inference;

/// <summary>
/// Decides whose pictures go through a network next. Within a class every API key gets the same share however much it asks for, counted in pictures: start-time fair
/// queueing (Goyal, Vin and Cheng 1996), and one that floods no more than its <see cref="Portions"/>. The interactive class goes first, but of five batches one begins with bulk work where there is some. One thread at a time.
/// </summary>
sealed class FairQueue
{
    private const int BulkTurn = 5;

    private readonly Lane[] lanes = [.. Enum.GetValues<RequestClass>().Select(_ => new Lane())];
    private readonly Dictionary<(RequestClass Class, string Key), int> waiting = []; // pictures
    private int batches;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => lanes.All(lane => lane.IsEmpty);

    /// <summary>How many pictures wait.</summary>
    public int Pictures { get; private set; }

    /// <summary>Of how many keys.</summary>
    public KeyCount Keys { get; private set; }

    public void Add(QueuedWork work)
    {
        lanes[(int)work.Caller.Class].Add(work);
        Pictures += work.Weight;
        if (!waiting.TryGetValue(Whose(work), out var before))
            Keys = Keys.Plus(work.Caller.Class, 1);
        waiting[Whose(work)] = before + work.Weight;
    }

    /// <summary>Takes what is to run next: works of one model, those whose turn it is first, up to so many pictures; or one work of another kind alone.</summary>
    /// <param name="most">Pictures in a batch. A larger work goes alone.</param>
    /// <param name="portions">Where given, a key that could fill a batch alone gets nothing while it has had its part.</param>
    /// <param name="leftovers">It gets something all the same: nobody else needs the time.</param>
    /// <returns>Empty when nothing waits that may go.</returns>
    public IReadOnlyList<QueuedWork> Take(int most, Portions? portions = null, bool leftovers = false)
    {
        var bulkFirst = !lanes[(int)RequestClass.Bulk].IsEmpty && (lanes[(int)RequestClass.Interactive].IsEmpty || ++batches % BulkTurn == 0);
        Lane[] order = bulkFirst ? [lanes[(int)RequestClass.Bulk], lanes[(int)RequestClass.Interactive]] : [.. lanes];
        KeyCount? floods = null;
        if ((order[0].Take(May) ?? order[1].Take(May)) is not { } first)
            return [];
        var taken = new List<QueuedWork>();
        var pictures = 0;
        Go(first);
        foreach (var lane in first.Model is null ? [] : order)
            while (lane.Take(work => work.Model == first.Model && pictures + work.Weight <= most && May(work)) is { } more)
                Go(more);
        taken.ForEach(Leave);
        return taken;

        bool May(QueuedWork work) => portions is null || leftovers || waiting[Whose(work)] <= most || !portions.IsUp(work.Caller, floods ??= Floods(most));

        void Go(QueuedWork work)
        {
            taken.Add(work);
            pictures += work.Weight;
            portions?.Charge(work, most);
        }
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

    private static (RequestClass Class, string Key) Whose(QueuedWork work) => (work.Caller.Class, work.Caller.Key);

    /// <summary>Keys that could fill a batch alone.</summary>
    private KeyCount Floods(int most)
    {
        var floods = default(KeyCount);
        foreach (var (whose, pictures) in waiting)
            if (pictures > most)
                floods = floods.Plus(whose.Class, 1);
        return floods;
    }

    private void Leave(QueuedWork work)
    {
        Pictures -= work.Weight;
        if ((waiting[Whose(work)] -= work.Weight) > 0)
            return;
        waiting.Remove(Whose(work));
        Keys = Keys.Plus(work.Caller.Class, -1);
    }

    /// <summary>The works of one class.</summary>
    private sealed class Lane
    {
        private static readonly object NoModel = new();

        private readonly Dictionary<(string Key, object Model), LinkedList<Place>> lines = [];
        private readonly Dictionary<string, double> finishes = []; // of each key's last work, in virtual time
        private double now; // virtual time: the start of what was taken last
        private long arrivals;

        public bool IsEmpty => lines.Count == 0;

        public void Add(QueuedWork work)
        {
            var start = Math.Max(now, finishes.GetValueOrDefault(work.Caller.Key));
            finishes[work.Caller.Key] = start + work.Weight;
            if (!lines.TryGetValue(LineOf(work), out var line))
                lines.Add(LineOf(work), line = new());
            line.AddLast(new Place(work, start, arrivals++));
        }

        /// <summary>Takes that one of the first of all lines which started first.</summary>
        /// <param name="may">Whether one may be taken.</param>
        public QueuedWork? Take(Func<QueuedWork, bool> may)
        {
            LinkedListNode<Place>? best = null;
            foreach (var line in lines.Values)
            {
                var head = line.First!;
                if ((best is null || (head.Value.Start, head.Value.Arrival).CompareTo((best.Value.Start, best.Value.Arrival)) < 0) && may(head.Value.Work))
                    best = head;
            }

            if (best is null)
                return null;
            now = Math.Max(now, best.Value.Start);
            Drop(best);
            return best.Value.Work;
        }

        public bool Remove(QueuedWork work)
        {
            if (!lines.TryGetValue(LineOf(work), out var line))
                return false;
            for (var node = line.First; node is not null; node = node.Next)
            {
                if (node.Value.Work != work)
                    continue;
                finishes[work.Caller.Key] -= work.Weight;
                Drop(node);
                return true;
            }

            return false;
        }

        private static (string Key, object Model) LineOf(QueuedWork work) => (work.Caller.Key, work.Model ?? NoModel);

        private void Drop(LinkedListNode<Place> node)
        {
            var line = node.List!;
            line.Remove(node);
            if (line.Count == 0)
                lines.Remove(LineOf(node.Value.Work));
            if (lines.Count > 0)
                return;
            // Nobody waits: nobody is ahead of anybody.
            finishes.Clear();
            now = 0;
        }

        private sealed record Place(QueuedWork Work, double Start, long Arrival);
    }
}
