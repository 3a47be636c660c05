namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>An item without a picture was to be written while the collection is re-embedded: it would stand in the way, or be lost.</summary>
public sealed class ReembeddingUnderWayException(string key)
    : Exception($"The item '{key}' has no picture, and the collection is being re-embedded.")
{
    public string Key { get; } = key;
}
