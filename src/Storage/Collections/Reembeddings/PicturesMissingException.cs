namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>Items have no picture to embed: they came as vectors, or their pictures were not kept, or are gone with their data set.</summary>
public sealed class PicturesMissingException(long count, IReadOnlyList<string> first) : Exception($"{count} items have no picture.")
{
    public long Count { get; } = count;

    /// <summary>Keys of the first few.</summary>
    public IReadOnlyList<string> First { get; } = first;
}
