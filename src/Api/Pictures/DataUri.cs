using System.Buffers;
using System.Buffers.Text;
using System.Text;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Pictures;

/// <summary>Pictures as text: <c>data:image/png;base64,…</c> (RFC 2397).</summary>
static class DataUri
{
    private const string Remedy = "Send the picture itself as a data URI: data:image/png;base64,….";

    /// <param name="uri">UTF-8.</param>
    /// <param name="param">Names it in errors.</param>
    /// <exception cref="ApiException">400: it is none, or not of a picture.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> uri, string param)
    {
        if (!StartsWith(uri, "data:"u8))
            throw ApiException.BadRequest(param, StartsWith(uri, "http://"u8) || StartsWith(uri, "https://"u8)
                ? $"{param} is a URL, and URLs are not fetched. {Remedy}"
                : $"{param} is not a picture but text. {Remedy}");
        var comma = uri.IndexOf((byte)',');
        var head = comma < 0 ? uri : uri[..comma];
        if (comma < 0 || !head.EndsWith(";base64"u8) || !StartsWith(head["data:"u8.Length..], "image/"u8))
            throw ApiException.BadRequest(param, $"{param} is a data URI, but not of a picture in base64. {Remedy}");
        return FromBase64(uri[(comma + 1)..], param);
    }

    private static byte[] FromBase64(ReadOnlySpan<byte> text, string param)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var length) != OperationStatus.Done)
            throw ApiException.BadRequest(param, $"{param} has a data URI whose base64 is malformed; it is the standard alphabet, padded.");
        return length == bytes.Length ? bytes : bytes[..length];
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);
}
