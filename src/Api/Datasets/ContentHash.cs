using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace ContrastiveService.Api.Datasets;

/// <summary>A content's SHA-256, as a place in a list.</summary>
readonly record struct ContentHash(string Hex) : IParsable<ContentHash>
{
    public override string ToString() => Hex;

    public static ContentHash Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var hash) ? hash : throw new FormatException($"'{s}' is no SHA-256 in hexadecimal digits.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ContentHash result)
    {
        result = new(s ?? "");
        return s?.Length == 2 * SHA256.HashSizeInBytes && s.All(char.IsAsciiHexDigit);
    }
}
