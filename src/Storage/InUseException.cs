namespace ContrastiveService.Storage;

/// <summary>The thing to delete is still used by a job or an import.</summary>
public sealed class InUseException(string message) : Exception(message);
