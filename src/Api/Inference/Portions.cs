namespace ContrastiveService.Api.Inference;

/// <summary>
/// What part of the inference threads' time each key has had, while several ask. A queue alone is fair among those who wait in it, and callers who ask again when they are answered are elsewhere
/// for most of the time: somebody who floods would take all of that. So one has an equal part of the time, whether or not others use theirs, and beyond it only what nobody needs. One thread at a time.
/// </summary>
/// <param name="threads">Whose time it is.</param>
/// <param name="rate">What a picture takes of it where its model does not say.</param>
sealed class Portions(int threads, ServiceRate rate)
{
    /// <summary>More entries than this are looked through for those that say nothing any more.</summary>
    private const int Many = 1000;

    private readonly double[] due = new double[Enum.GetValues<RequestClass>().Length];
    private readonly Dictionary<(RequestClass Class, string Key), double> had = [];
    private double now;
    private KeyCount keys;

    /// <summary>Time goes on.</summary>
    /// <param name="seconds">By any clock that does not go back.</param>
    /// <param name="asking">Who shared the time since the last call.</param>
    public void Advance(double seconds, KeyCount asking)
    {
        foreach (var priority in Enum.GetValues<RequestClass>())
            due[(int)priority] += threads * (seconds - now) / Math.Max(1, asking.UpTo(priority));
        (now, keys) = (seconds, asking);
        if (had.Count <= Many)
            return;
        foreach (var ((priority, key), seen) in had)
            if (seen <= due[(int)priority])
                had.Remove((priority, key));
    }

    /// <summary>Whether a key that floods has had its part. Where there is nobody else, or all flood, there is nothing to share out.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="floods">Keys that flood.</param>
    public bool IsUp(Caller caller, KeyCount floods) => Had(caller) > due[(int)caller.Class] && keys.UpTo(caller.Class) > floods.UpTo(caller.Class);

    /// <summary>A work goes through a network. Neither what somebody was passed over for, nor what they had when nobody else needed it, is remembered beyond a batch.</summary>
    /// <param name="work">Whose caller it is charged to.</param>
    /// <param name="batch">Pictures in one.</param>
    public void Charge(QueuedWork work, int batch)
    {
        var (each, at) = (work.Model?.Rate.Seconds ?? rate.Seconds, due[(int)work.Caller.Class]);
        had[(work.Caller.Class, work.Caller.Key)] = Math.Clamp(Had(work.Caller), at - (batch * each), at + (batch * each)) + (work.Weight * each);
    }

    private double Had(Caller caller) => had.GetValueOrDefault((caller.Class, caller.Key), due[(int)caller.Class]);
}
