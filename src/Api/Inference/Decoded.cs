using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Inference;

/// <summary>A picture as a network takes it, or why it cannot be.</summary>
/// <param name="Chw">Channels × size × size bytes; empty with a fault.</param>
/// <param name="Fault">Names the picture; null where it could be read.</param>
readonly record struct Decoded(byte[] Chw, ApiException? Fault)
{
    /// <exception cref="ApiException">Its fault.</exception>
    public byte[] Require() => Fault is null ? Chw : throw Fault;
}
