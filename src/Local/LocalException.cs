namespace ContrastiveService.Local;

/// <summary>Something that the person at the terminal can understand and mend; shown without a stack trace.</summary>
internal sealed class LocalException(string message) : Exception(message);
