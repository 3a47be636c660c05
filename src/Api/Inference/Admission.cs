using System.Globalization;
using ContrastiveService.Api.Errors;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// Lets in what can be served in time and sends the rest away at once, with the time after which it could be: a queue that grows beyond what callers wait for
/// works for nobody. How long a request will wait follows from what waits already, the fair shares of <see cref="FairQueue"/>, and how long pictures took lately.
/// No key may have more waiting than it leaves free for others (a dynamic threshold: Choudhury and Hahne 1998), so that one that floods fills half of the room and not all.
/// </summary>
sealed class Admission(IOptions<ApiOptions> options, InferenceMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    // Who asks again when answered is away for a moment.
    private static readonly TimeSpan Remembered = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly Dictionary<(RequestClass Class, string Key), Account> accounts = [];
    private readonly Dictionary<(RequestClass Class, string Key), long> left = [];
    private int pictures;
    private long pixels;

    /// <summary>Pictures that wait or are being worked on.</summary>
    public int Pictures => Volatile.Read(ref pictures);

    /// <summary>Keys that have some, or had a moment ago.</summary>
    public KeyCount Keys
    {
        get
        {
            lock (gate)
            {
                var keys = default(KeyCount);
                foreach (var (priority, _) in accounts.Keys)
                    keys = keys.Plus(priority, 1);
                foreach (var (whose, since) in left)
                {
                    if (clock.GetElapsedTime(since) > Remembered)
                        left.Remove(whose);
                    else
                        keys = keys.Plus(whose.Class, 1);
                }

                return keys;
            }
        }
    }

    /// <summary>Pictures that there is room for, those included.</summary>
    public int Places => options.Value.InferenceQueue;

    /// <summary>Pictures that a caller may send now, as far as places go.</summary>
    public int Room(Caller caller)
    {
        lock (gate)
            return pictures == 0 ? Places : Math.Max(0, Places - pictures - (accounts.GetValueOrDefault((caller.Class, caller.Key))?.Pictures ?? 0));
    }

    /// <summary>How long what waits now will take, about.</summary>
    public double Seconds
    {
        get
        {
            lock (gate)
                return accounts.Values.Sum(account => account.Seconds);
        }
    }

    /// <summary>Keeps room for pictures until the result is disposed of.</summary>
    /// <param name="caller">Who asks, and how long they wait.</param>
    /// <param name="count">Pictures.</param>
    /// <param name="pixelsEach">Of a decoded picture.</param>
    /// <param name="secondsEach">That a picture takes.</param>
    /// <exception cref="ApiException">429: the caller's own pictures are in the way. 503: everybody's are.</exception>
    public IDisposable Admit(Caller caller, int count, long pixelsEach, double secondsEach)
    {
        var (itsPixels, seconds) = (count * pixelsEach, count * secondsEach);
        lock (gate)
        {
            if (Refusal(caller, count, itsPixels, seconds) is { } refusal)
                throw refusal;
            Change((caller.Class, caller.Key), count, itsPixels, seconds);
        }

        return new Seats(this, (caller.Class, caller.Key), count, itsPixels, seconds);
    }

    /// <summary>Why a request would be sent away whatever it brings, so that it need not be read; null where that depends.</summary>
    /// <param name="caller">Who asks, and how long they wait.</param>
    public ApiException? Hopeless(Caller caller)
    {
        lock (gate)
            return Refusal(caller, 1, 0, 0);
    }

    private ApiException? Refusal(Caller caller, int count, long itsPixels, double seconds)
    {
        // An idle service takes everything.
        if (pictures == 0)
            return null;
        var own = accounts.GetValueOrDefault((caller.Class, caller.Key)) ?? new Account(0, 0, 0);
        var (room, roomPixels) = (options.Value.InferenceQueue - pictures, options.Value.InferenceQueuePixels - pixels);
        if (own.Pictures + count > room || own.Pixels + itsPixels > roomPixels)
        {
            var crowded = (count <= room && itsPixels <= roomPixels) || own.Pictures > pictures / 2;
            return Refuse(crowded, "full", string.Create(
                CultureInfo.InvariantCulture,
                $"{pictures} pictures are waiting already, {own.Pictures} of them this key's own; all may have {options.Value.InferenceQueue} waiting (or {options.Value.InferenceQueuePixels} decoded pixels), and nobody more than they leave free"), accounts.Values.Sum(a => a.Seconds) / 2);
        }

        var wait = Wait(caller, seconds + own.Seconds);
        return caller.Patience == Timeout.InfiniteTimeSpan || wait <= caller.Patience.TotalSeconds
            ? null
            : Refuse(Wait(caller, seconds) <= caller.Patience.TotalSeconds, "deadline", string.Create(
                CultureInfo.InvariantCulture,
                $"This would take about {wait:0.0} s, and its deadline is {caller.Patience.TotalSeconds:0.0} s ({Caller.DeadlineHeader})"), wait - caller.Patience.TotalSeconds);
    }

    /// <summary>Seconds until a caller who will then have so many of them waiting is done: of everybody else at most as much goes before.</summary>
    private double Wait(Caller caller, double own)
    {
        var wait = own;
        foreach (var ((priority, key), other) in accounts)
        {
            if (priority == caller.Class && key != caller.Key)
                wait += Math.Min(own, other.Seconds);
            else if (priority < caller.Class)
                wait += other.Seconds;
        }

        return wait;
    }

    private ApiException Refuse(bool own, string reason, string what, double seconds)
    {
        metrics.Refused(own ? $"own_{reason}" : reason);
        var retry = TimeSpan.FromSeconds(seconds) is var after && after > Shortest ? after : Shortest;
        return own
            ? new ApiException(StatusCodes.Status429TooManyRequests, ApiException.RateLimited, $"{what}. Most of what is in the way is this API key's own: send less at once.") { RetryAfter = retry }
            : new ApiException(StatusCodes.Status503ServiceUnavailable, ApiException.Overloaded, $"{what}. Try again after the time in Retry-After.") { RetryAfter = retry };
    }

    private void Change((RequestClass, string) whose, int count, long itsPixels, double seconds)
    {
        pictures += count;
        pixels += itsPixels;
        var account = accounts.GetValueOrDefault(whose) ?? new Account(0, 0, 0);
        account = new(account.Pictures + count, account.Pixels + itsPixels, Math.Max(0, account.Seconds + seconds));
        if (account.Pictures > 0)
        {
            accounts[whose] = account;
            left.Remove(whose);
        }
        else
        {
            accounts.Remove(whose);
            left[whose] = clock.GetTimestamp();
        }
    }

    /// <summary>What one key has waiting in a class.</summary>
    private sealed record Account(int Pictures, long Pixels, double Seconds);

    private sealed class Seats(Admission owner, (RequestClass, string) whose, int count, long pixels, double seconds) : IDisposable
    {
        public void Dispose()
        {
            lock (owner.gate)
                owner.Change(whose, -count, -pixels, -seconds);
        }
    }
}
