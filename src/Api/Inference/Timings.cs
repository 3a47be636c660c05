using static System.FormattableString;

namespace ContrastiveService.Api.Inference;

/// <summary>Where a request's time went, one after the other: what a caller waits for adds up to the whole.</summary>
/// <param name="Decode">Until the last picture was decoded, less what had gone through the network by then.</param>
/// <param name="Queue">Waiting for the network.</param>
/// <param name="Forward">In the network, and computing with what it gave.</param>
readonly record struct Timings(TimeSpan Decode, TimeSpan Queue, TimeSpan Forward)
{
    /// <summary>What making the answer took before it was written, such as drawing.</summary>
    public TimeSpan Drawing { get; init; }

    /// <summary>With something more that was computed afterwards.</summary>
    /// <param name="whole">How long that took, waiting included.</param>
    /// <param name="computing">Of that, computing.</param>
    public Timings Then(TimeSpan whole, TimeSpan computing) => this with { Queue = Queue + whole - computing, Forward = Forward + computing };

    /// <summary>The value of a Server-Timing header, in milliseconds.</summary>
    /// <param name="encode">Writing the answer.</param>
    public string Header(TimeSpan encode) => Invariant(
        $"decode;dur={Decode.TotalMilliseconds:0.00}, queue;dur={Queue.TotalMilliseconds:0.00}, forward;dur={Forward.TotalMilliseconds:0.00}, encode;dur={(Drawing + encode).TotalMilliseconds:0.00}");
}
