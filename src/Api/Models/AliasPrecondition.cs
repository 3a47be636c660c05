using System.Globalization;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Models;

/// <summary>What If-Match and If-None-Match demand of an alias before it moves.</summary>
static class AliasPrecondition
{
    /// <returns>The revision it must have; 0 when it must not exist; null when nothing is demanded.</returns>
    public static long? Read(HttpRequest request, ModelAlias? current)
    {
        var headers = request.GetTypedHeaders();
        if (headers.IfNoneMatch is [var none])
            return none.Tag == "*"
                ? 0
                : throw ApiException.BadRequest("If-None-Match", "If-None-Match takes only * here, which creates the alias if there is none yet.");
        if (headers.IfMatch is not [var match])
            return null;
        if (match.Tag == "*")
            return current?.Revision ?? throw Failed("There is no such alias yet.");
        return long.TryParse(match.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > 0
            ? revision
            : throw Failed($"If-Match is {match.Tag}, which was never this alias's ETag.");
    }

    private static ApiException Failed(string message) =>
        new(StatusCodes.Status412PreconditionFailed, "precondition_failed", message + " GET the alias for its ETag, then try again.", "If-Match");
}
