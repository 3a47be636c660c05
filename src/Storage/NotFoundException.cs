namespace ContrastiveService.Storage;

/// <summary>Something that the call refers to does not exist.</summary>
public sealed class NotFoundException(string message) : Exception(message);
