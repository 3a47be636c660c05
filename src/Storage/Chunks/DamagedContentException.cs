namespace ContrastiveService.Storage.Chunks;

/// <summary>A checkpoint or weights cannot be read: a chunk is missing or not what was written.</summary>
public sealed class DamagedContentException(string message) : IOException(message);
