using System.Diagnostics;
using System.Globalization;
using ContrastiveService.Api.Json;
using ContrastiveService.Training.Plans;
using Microsoft.AspNetCore.WebUtilities;

namespace ContrastiveService.Api.Errors;

/// <summary>Writes the one error body.</summary>
static class ProblemWriter
{
    private static readonly object Written = new();

    /// <summary>The code of the error that a request was answered with; null where there was none.</summary>
    public static string? Code(HttpContext context) => context.Items.TryGetValue(Written, out var code) ? (string?)code : null;

    public static Task WriteAsync(HttpContext context, ApiException fault, IReadOnlyList<PlanError>? errors = null)
    {
        var response = context.Response;
        response.StatusCode = fault.Status;
        context.Items[Written] = fault.Code;
        if (fault.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture); // OpenAI's clients prefer it
        }

        // OpenAI's clients resend a POST on 409; the answer would be the same.
        if (fault.Status == StatusCodes.Status409Conflict)
            response.Headers["x-should-retry"] = "false";
        var type = fault.Status switch
        {
            StatusCodes.Status429TooManyRequests => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };
        var problem = new Problem(
            "about:blank",
            ReasonPhrases.GetReasonPhrase(fault.Status),
            fault.Status,
            fault.Message,
            context.Request.PathBase + context.Request.Path,
            new ErrorMember(fault.Message, type, string.IsNullOrEmpty(fault.Param) ? null : fault.Param, fault.Code),
            errors,
            Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier);
        return response.WriteAsJsonAsync(problem, ApiJson.Options, "application/problem+json", context.RequestAborted);
    }
}
