using System.Text;

namespace ContrastiveService.Storage.Datasets;

/// <summary>An image to add. <c>Bytes</c> is the file as it came; <c>Split</c> is train, val, test or null.</summary>
public sealed record NewItem(
    string Key, string? Label, string? Domain, string? Group, string? Split, string MediaType, int Width, int Height, int Channels, byte[] Bytes)
{
    /// <summary>A key's longest UTF-8 form: what an index entry can hold, with room to spare.</summary>
    public const int MaxKeyBytes = 1024;

    /// <summary>Why this item cannot be stored, in words for its owner; null when it can.</summary>
    public string? Problem() => this switch
    {
        { Key.Length: 0 } => "The key is empty.",
        _ when Encoding.UTF8.GetByteCount(Key) > MaxKeyBytes => $"The key is longer than {MaxKeyBytes} bytes.",
        { Bytes.Length: 0 } => "The file is empty.",
        { Split: not (null or "train" or "val" or "test") } => $"The split '{Split}' is not train, val or test.",
        _ when new[] { Key, Label, Domain, Group }.Any(text => text?.Any(char.IsControl) == true) => "The key, label, domain or group contains a control character.",
        _ => null,
    };
}
