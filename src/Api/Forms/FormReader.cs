using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Json;

namespace ContrastiveService.Api.Forms;

/// <summary>Reads multipart forms with faults in the sender's terms.</summary>
static class FormReader
{
    /// <exception cref="ApiException">400: it is malformed. 415: it is no form.</exception>
    public static async Task<IFormCollection> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
            throw MediaTypes.Unsupported(request, "multipart/form-data");
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException || e is IOException and not BadHttpRequestException)
        {
            throw ApiException.BadRequest(null, "The form cannot be read: " + e.Message, "invalid_form");
        }
    }

    public static async Task<byte[]> BytesAsync(IFormFile file, CancellationToken cancellationToken)
    {
        var bytes = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <exception cref="ApiException">400: there is a field of another name, as a misspelt one would be.</exception>
    public static void Allow(IFormCollection form, params string[] fields)
    {
        if (form.Keys.FirstOrDefault(k => !fields.Contains(k)) is { } unknown)
            throw ApiException.BadRequest(unknown, $"There is no field '{unknown}'. There are: {string.Join(", ", fields)}.", "unknown_member");
    }
}
