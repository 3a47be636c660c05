namespace ContrastiveService.Training.Search;

/// <summary>Numbers that cannot be searched by their direction. The message is for the person who sent them.</summary>
public sealed class VectorException(string message) : Exception(message);
