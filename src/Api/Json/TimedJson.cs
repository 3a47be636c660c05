using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using ContrastiveService.Api.Inference;
using Microsoft.AspNetCore.Http.Metadata;

namespace ContrastiveService.Api.Json;

/// <summary>An answer with a Server-Timing header that tells where the time went, writing the answer included: it is written to memory first.</summary>
sealed class TimedJson<T>(T value, Timings timings) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var start = Stopwatch.GetTimestamp();
        var body = JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options);
        var response = httpContext.Response;
        response.Headers["Server-Timing"] = timings.Header(Stopwatch.GetElapsedTime(start));
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
