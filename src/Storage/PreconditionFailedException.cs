namespace ContrastiveService.Storage;

/// <summary>The resource has changed since the caller read it (If-Match).</summary>
public sealed class PreconditionFailedException(string message) : Exception(message);
