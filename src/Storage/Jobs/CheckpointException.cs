namespace ContrastiveService.Storage.Jobs;

/// <summary>A checkpoint cannot be read: a chunk is missing or not what was written.</summary>
public sealed class CheckpointException(string message) : IOException(message);
