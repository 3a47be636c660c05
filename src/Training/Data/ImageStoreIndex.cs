namespace ContrastiveService.Training.Data;

/// <summary>The file beside the pixels.</summary>
internal sealed record ImageStoreIndex(int Size, int Channels, IReadOnlyList<ImageRecord> Records);
