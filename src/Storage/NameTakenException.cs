namespace ContrastiveService.Storage;

/// <summary>A data set of that name exists already.</summary>
public sealed class NameTakenException(string message) : Exception(message);
