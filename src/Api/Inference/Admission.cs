using System.Globalization;
using ContrastiveService.Api.Errors;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// Lets in what can be served in time and sends the rest away at once, with the time after which it could be: a queue that grows beyond what callers wait for
/// works for nobody. How long a request will wait follows from what waits already, the fair shares of <see cref="FairQueue"/>, and how long pictures took lately.
/// </summary>
sealed class Admission(IOptions<ApiOptions> options, InferenceMetrics metrics)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Dictionary<(RequestClass Class, string Key), Account> accounts = [];
    private int pictures;
    private long pixels;

    /// <summary>Pictures that wait or are being worked on.</summary>
    public int Pictures => Volatile.Read(ref pictures);

    /// <summary>Pictures that there is room for, those included.</summary>
    public int Places => options.Value.InferenceQueue;

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
        var seconds = count * secondsEach;
        lock (gate)
        {
            var own = accounts.GetValueOrDefault((caller.Class, caller.Key));
            if (pictures > 0 && (pictures + count > options.Value.InferenceQueue || pixels + (count * pixelsEach) > options.Value.InferenceQueuePixels))
            {
                var crowded = own is not null && own.Pictures > pictures / 2;
                throw Refuse(crowded, "full", $"{pictures} pictures are waiting already, and no more than {options.Value.InferenceQueue} may (or {options.Value.InferenceQueuePixels} decoded pixels)", accounts.Values.Sum(a => a.Seconds) / 2);
            }

            var wait = Wait(caller, seconds + (own?.Seconds ?? 0));
            if (caller.Patience != Timeout.InfiniteTimeSpan && pictures > 0 && wait > caller.Patience.TotalSeconds)
            {
                var alone = Wait(caller, seconds) <= caller.Patience.TotalSeconds;
                throw Refuse(alone, "deadline", string.Create(
                    CultureInfo.InvariantCulture,
                    $"This would take about {wait:0.0} s, and its deadline is {caller.Patience.TotalSeconds:0.0} s ({Caller.DeadlineHeader})"), wait - caller.Patience.TotalSeconds);
            }

            Change((caller.Class, caller.Key), count, count * pixelsEach, seconds);
        }

        return new Seats(this, (caller.Class, caller.Key), count, count * pixelsEach, seconds);
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
            ? new ApiException(StatusCodes.Status429TooManyRequests, "rate_limit_exceeded", $"{what}. Most of what is in the way is this API key's own: send less at once.") { RetryAfter = retry }
            : new ApiException(StatusCodes.Status503ServiceUnavailable, "overloaded", $"{what}. Try again after the time in Retry-After.") { RetryAfter = retry };
    }

    private void Change((RequestClass, string) whose, int count, long itsPixels, double seconds)
    {
        pictures += count;
        pixels += itsPixels;
        var account = accounts.GetValueOrDefault(whose) ?? new Account(0, 0);
        account = new(account.Pictures + count, Math.Max(0, account.Seconds + seconds));
        if (account.Pictures == 0)
            accounts.Remove(whose);
        else
            accounts[whose] = account;
    }

    /// <summary>What one key has waiting in a class.</summary>
    private sealed record Account(int Pictures, double Seconds);

    private sealed class Seats(Admission owner, (RequestClass, string) whose, int count, long pixels, double seconds) : IDisposable
    {
        public void Dispose()
        {
            lock (owner.gate)
                owner.Change(whose, -count, -pixels, -seconds);
        }
    }
}
