using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Json;

/// <summary>For endpoints that look at the kind of body themselves.</summary>
static class MediaTypes
{
    /// <exception cref="ApiException">415: it is not JSON.</exception>
    public static void RequireJson(HttpRequest request, string orElse)
    {
        if (!request.HasJsonContentType())
            throw Unsupported(request, $"application/json, {orElse}");
    }

    public static ApiException Unsupported(HttpRequest request, string supported) =>
        new(
            StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type",
            $"A body of type '{request.ContentType}' is not taken here. Send {supported}.");
}
