using System.Text.Json;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Json;

/// <summary>Reads a JSON body where the media type decides what a body is.</summary>
static class JsonBody
{
    /// <exception cref="ApiException">400: it is not JSON, or not of this shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await request.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken)
                ?? throw ApiException.BadRequest(null, "The body is null; a JSON object is needed.");
        }
        catch (JsonException e)
        {
            throw JsonFault.Describe(e, typeof(T));
        }
    }
}
