namespace ContrastiveService.Training.Data;

/// <summary>Bytes that are not a picture we read. The message is for the person who sent them.</summary>
public sealed class ImageFormatException(string message) : Exception(message);
