using System.Globalization;
using System.Security.Claims;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Security;

namespace ContrastiveService.Api.Inference;

/// <summary>On whose account a network works.</summary>
/// <param name="Key">Which API key; those without one share a name.</param>
/// <param name="Class">Whether somebody waits.</param>
/// <param name="Patience">How long an answer is of use.</param>
sealed record Caller(string Key, RequestClass Class, TimeSpan Patience)
{
    public const string PriorityHeader = "X-Priority", DeadlineHeader = "X-Deadline-Ms";

    /// <summary>More pictures than this in one request are bulk unless the request says otherwise.</summary>
    private const int Many = 32;

    /// <summary>The service itself, when it warms a model up or looks after its own health.</summary>
    public static Caller Itself { get; } = new("service", RequestClass.Interactive, Timeout.InfiniteTimeSpan);

    /// <summary>The service itself, with work that nobody waits for, such as an import.</summary>
    private static Caller Background { get; } = new("service", RequestClass.Bulk, Timeout.InfiniteTimeSpan);

    /// <param name="context">The request; null for what the service does by itself.</param>
    /// <param name="pictures">How many it brings.</param>
    /// <param name="options">How long an answer is of use where the request does not say.</param>
    /// <exception cref="ApiException">400: a header is not what it should be.</exception>
    public static Caller Of(HttpContext? context, int pictures, ApiOptions options) =>
        context is null ? Background : new(context.User.FindFirstValue(ApiKeyAuthentication.KeyClaim) ?? "none", ClassOf(context, pictures), PatienceOf(context, options));

    private static RequestClass ClassOf(HttpContext context, int pictures) => context.Request.Headers[PriorityHeader].ToString().ToLowerInvariant() switch
    {
        "" => pictures > Many ? RequestClass.Bulk : RequestClass.Interactive,
        "interactive" => RequestClass.Interactive,
        "bulk" => RequestClass.Bulk,
        var other => throw ApiException.BadRequest(PriorityHeader, $"There is no priority '{other}'. There are: interactive, bulk."),
    };

    private static TimeSpan PatienceOf(HttpContext context, ApiOptions options)
    {
        if (context.Request.Headers[DeadlineHeader].ToString() is not { Length: > 0 } text)
            return TimeSpan.FromSeconds(options.InferenceDeadlineSeconds);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is > 0 and <= 3_600_000
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw ApiException.BadRequest(DeadlineHeader, $"{DeadlineHeader} is '{text}'; it must be a whole number of milliseconds from 1 to 3600000.");
    }
}
