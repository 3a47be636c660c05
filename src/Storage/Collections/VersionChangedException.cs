namespace ContrastiveService.Storage.Collections;

/// <summary>A collection has gone over to another model version since the caller read which one it was of; read it again, and begin anew.</summary>
public sealed class VersionChangedException(Guid collectionId)
    : Exception($"The collection {collectionId} went over to another model version in the meantime. Try again.");
