using Microsoft.AspNetCore.Diagnostics;

namespace ContrastiveService.Api.Errors;

/// <summary>Gives a body to answers that the framework leaves empty: unknown routes, wrong methods, wrong media types.</summary>
static class StatusFaults
{
    public static Task WriteAsync(StatusCodeContext status)
    {
        var context = status.HttpContext;
        var code = context.Response.StatusCode;
        return ProblemWriter.WriteAsync(context, new ApiException(code, Code(code), Message(context, code)));
    }

    public static string Code(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "bad_request",
        StatusCodes.Status401Unauthorized => "invalid_api_key",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "route_not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        _ => "http_" + status,
    };

    public static string Message(HttpContext context, int status)
    {
        var request = context.Request;
        return status switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {request.Path}. GET /swagger lists what there is.",
            StatusCodes.Status405MethodNotAllowed => $"{request.Path} does not take {request.Method}; it takes {context.Response.Headers.Allow}.",
            StatusCodes.Status413PayloadTooLarge =>
                "The body is larger than this server takes (Api:MaxRequestBytes; Api:MaxArchiveBytes for archives, Api:MaxWeightsBytes for weights). Send less at once.",
            StatusCodes.Status415UnsupportedMediaType when string.IsNullOrEmpty(request.ContentType) =>
                "The request has no Content-Type. Send a JSON body as application/json.",
            StatusCodes.Status415UnsupportedMediaType => $"A body of type '{request.ContentType}' is not taken here. GET /swagger says which types are.",
            _ => $"The request ended with status {status}.",
        };
    }
}
