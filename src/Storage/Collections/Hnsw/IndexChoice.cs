namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>How a collection is to be searched.</summary>
public enum IndexChoice
{
    /// <summary>Exactly, in the Api's memory; by an approximate index in the database once it is too large for that.</summary>
    Auto,

    /// <summary>Exactly, always.</summary>
    Exact,

    /// <summary>By an approximate index in the database, where there is one that is good enough.</summary>
    Hnsw,
}
