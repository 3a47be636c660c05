namespace ContrastiveService.Training.Data;

/// <summary>A picture that was decoded, or the reason why it could not be.</summary>
/// <param name="Record">What is known of it.</param>
/// <param name="Chw">Channels × size × size bytes, valid until the next picture is asked for; empty where there is a fault.</param>
/// <param name="HasColorProfile">Whether the file has a colour profile, which was ignored.</param>
/// <param name="Fault">Why it cannot be decoded, or null.</param>
public readonly record struct DecodedImage(ImageRecord Record, ReadOnlyMemory<byte> Chw, bool HasColorProfile, string? Fault);
