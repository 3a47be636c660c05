namespace ContrastiveService.Training.Data;

/// <summary>A picture that is still to be decoded.</summary>
/// <param name="Record">What is known of it.</param>
/// <param name="Bytes">The file's bytes; they must stay as they are until it is decoded.</param>
public readonly record struct EncodedImage(ImageRecord Record, ReadOnlyMemory<byte> Bytes);
