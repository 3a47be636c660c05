namespace ContrastiveService.Api.Errors;

/// <summary>A request that cannot be served, in the words its sender will read.</summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="code">Stable and machine-readable, such as <c>model_not_found</c>.</param>
/// <param name="message">What is wrong and what would be right.</param>
/// <param name="param">JSON path or name of the culprit, such as <c>input[3]</c>.</param>
public sealed class ApiException(int status, string code, string message, string? param = null) : Exception(message)
{
    /// <summary>The code of a refusal because there is too much to do.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>The code of a refusal because the caller's own requests are too much.</summary>
    public const string RateLimited = "rate_limit_exceeded";

    public int Status { get; } = status;

    public string Code { get; } = code;

    public string? Param { get; } = param;

    /// <summary>Sent as <c>Retry-After</c> when it makes sense to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ApiException BadRequest(string? param, string message, string code = "invalid_value") =>
        new(StatusCodes.Status400BadRequest, code, message, param);

    public static ApiException NotFound(string code, string message, string? param = null) => new(StatusCodes.Status404NotFound, code, message, param);

    public static ApiException Busy(string message) =>
        new(StatusCodes.Status503ServiceUnavailable, Overloaded, message) { RetryAfter = TimeSpan.FromSeconds(1) };
}
