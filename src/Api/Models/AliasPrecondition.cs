using System.Globalization;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Models;
using Microsoft.Net.Http.Headers;

namespace ContrastiveService.Api.Models;

/// <summary>What If-Match and If-None-Match demand of an alias before it moves. A demand that is not understood is refused, never ignored.</summary>
static class AliasPrecondition
{
    /// <returns>The revision it must have; 0 when it must not exist; null when nothing is demanded.</returns>
    public static long? Read(HttpRequest request, ModelAlias? current)
    {
        if (Tags(request, HeaderNames.IfNoneMatch) is { } none)
            return none is ["*"]
                ? 0
                : throw ApiException.BadRequest("If-None-Match", "If-None-Match takes only * here, which creates the alias if there is none yet.");
        if (Tags(request, HeaderNames.IfMatch) is not { } wanted)
            return null;
        if (current is null)
            throw Failed("There is no such alias yet.");
        return wanted is ["*"] || wanted.Contains(Tag(current)) ? current.Revision : throw Failed($"The alias's ETag is {Tag(current)} by now.");
    }

    /// <summary>The alias's ETag.</summary>
    public static string Tag(ModelAlias alias) => string.Create(CultureInfo.InvariantCulture, $"\"{alias.Revision}\"");

    private static string[]? Tags(HttpRequest request, string header)
    {
        var values = request.Headers[header];
        if (values.Count == 0)
            return null;
        return EntityTagHeaderValue.TryParseStrictList([.. values!], out var tags)
            ? [.. tags.Select(t => t.ToString())]
            : throw ApiException.BadRequest(header, $"{header} is {values}; it takes ETags in double quotes, or *.");
    }

    private static ApiException Failed(string message) =>
        new(StatusCodes.Status412PreconditionFailed, "precondition_failed", message + " GET the alias, then decide again.", "If-Match");
}
