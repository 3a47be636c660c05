using System.Text;

namespace ContrastiveService.Storage;

/// <summary>Text from outside, such as a dying process's last words, in a form that PostgreSQL takes.</summary>
static class StoredText
{
    const int MaxLength = 16_000;

    /// <summary>Without zero characters and broken surrogates, and not longer than a person would read.</summary>
    public static string Clean(string text)
    {
        var kept = text.Length > MaxLength ? text[..MaxLength] : text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(kept)).Replace('\0', '\uFFFD');
    }
}
