using System.Runtime.CompilerServices;
using ContrastiveService.Api.Errors;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ContrastiveService.Api.Forms;

/// <summary>The files of a form as they come in, for uploads too large to be kept by the framework.</summary>
static class FormFiles
{
    /// <summary>Name of the field, name of the file and content of each; a content must be read before the next is asked for.</summary>
    /// <exception cref="ApiException">400: the form is malformed.</exception>
    public static async IAsyncEnumerable<(string Field, string Name, Stream Content)> ReadAsync(HttpRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(Boundary(request), request.Body);
        while (await NextAsync(reader, cancellationToken) is { } section)
        {
            if (section.AsFileSection() is { } file)
                yield return (file.Name, file.FileName, section.Body);
        }
    }

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 } boundary
            ? boundary.ToString()
            : throw ApiException.BadRequest(null, "The multipart form's Content-Type names no boundary.");

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw ApiException.BadRequest(null, "The multipart form is malformed: " + e.Message);
        }
    }
}
