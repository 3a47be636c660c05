using System.Net.Sockets;
using System.Text.Json;
using ContrastiveService.Api.Json;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Plans;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using Npgsql;

namespace ContrastiveService.Api.Errors;

/// <summary>Turns whatever a request ended with into the one error body. What nobody foresaw is logged and told without details.</summary>
sealed partial class FaultHandler(ILogger<FaultHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var fault = Translate(context, exception);
        if (fault.Status == StatusCodes.Status500InternalServerError)
            LogUnforeseen(logger, exception, context.Request.Method, context.Request.Path);
        await ProblemWriter.WriteAsync(context, fault, exception is PlanException plan ? plan.Errors : null);
        return true;
    }

    private static ApiException Translate(HttpContext context, Exception exception) => exception switch
    {
        ApiException known => known,
        PlanException plan => ApiException.BadRequest(plan.Errors[0].Param, plan.Message, "invalid_plan"),
        BadHttpRequestException { InnerException: JsonException json } => JsonFault.Describe(json, BodyType(context)),
        BadHttpRequestException bad => BindingFault.Describe(context, bad),
        VersionChangedException changed => ApiException.Busy(changed.Message),
        NotFoundException missing => ApiException.NotFound("not_found", missing.Message),
        NameTakenException taken => new ApiException(StatusCodes.Status409Conflict, "name_taken", taken.Message, "name"),
        InUseException used => new ApiException(StatusCodes.Status409Conflict, "in_use", used.Message),
        JobStateException state => new ApiException(StatusCodes.Status409Conflict, "wrong_state", state.Message),
        IdempotencyConflictException reused =>
            new ApiException(StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", reused.Message, "Idempotency-Key"),
        PreconditionFailedException stale => new ApiException(StatusCodes.Status412PreconditionFailed, "precondition_failed", stale.Message, "If-Match"),
        NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: SocketException or TimeoutException or IOException } =>
            new ApiException(
                StatusCodes.Status503ServiceUnavailable, "database_unavailable",
                "The database cannot be reached right now. Try again shortly.")
            { RetryAfter = TimeSpan.FromSeconds(5) },
        _ => new ApiException(
            StatusCodes.Status500InternalServerError,
            "internal_error",
            "The server failed on this request. Its log has the reason under the trace id of this answer."),
    };

    private static Type? BodyType(HttpContext context) =>
        context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogUnforeseen(ILogger logger, Exception exception, string method, string path);
}
