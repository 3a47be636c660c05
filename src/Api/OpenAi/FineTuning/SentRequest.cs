using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using ContrastiveService.Api.Security;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>What a request's headers tell of who sent it and how often.</summary>
/// <param name="IdempotencyKey">Empty where none was sent.</param>
/// <param name="Caller">Which API key.</param>
/// <param name="Kind">What it says of its place among its client's tries.</param>
/// <param name="Arrived">When, as <see cref="Stopwatch.GetTimestamp"/> counts.</param>
sealed record SentRequest(string IdempotencyKey, string Caller, TryKind Kind, long Arrived)
{
    /// <summary>OpenAI's clients for Node, Python, Go, Java and Ruby number their tries in it, from 0; the one for .NET does not send it.</summary>
    public const string CountHeader = "x-stainless-retry-count";

    public static SentRequest Of(HttpContext context)
    {
        var headers = context.Request.Headers;
        return new(
            headers["Idempotency-Key"].ToString(),
            context.User.FindFirstValue(ApiKeyAuthentication.KeyClaim) ?? "none",
            int.TryParse(headers[CountHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? count == 0 ? TryKind.First : TryKind.Retry
                : TryKind.Unnumbered,
            Stopwatch.GetTimestamp());
    }
}
