namespace ContrastiveService.Storage.Chunks;

/// <summary>
/// A table that holds large contents as rows of 4 MiB. One value would cost the server several times its size in memory, and beyond some 500 MB pg_dump could
/// no longer save it.
/// </summary>
/// <param name="Name">The table.</param>
/// <param name="Key">The column that says whose chunks they are.</param>
/// <param name="Content">What they are, as messages begin.</param>
sealed record ChunkTable(string Name, string Key, string Content)
{
    /// <summary>Bytes of all chunks but the last.</summary>
    public const int ChunkSize = 4 << 20;

    public static ChunkTable Checkpoints { get; } = new("checkpoint_chunk", "checkpoint_id", "Checkpoint");

    public static ChunkTable Weights { get; } = new("weights_chunk", "weights_id", "Weights");
}
