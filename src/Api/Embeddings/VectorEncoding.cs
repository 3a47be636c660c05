namespace ContrastiveService.Api.Embeddings;

/// <summary>How vectors are written.</summary>
public enum VectorEncoding
{
    /// <summary>As JSON numbers.</summary>
    Float,

    /// <summary>As base64 of little-endian 32-bit floats: a quarter of the size.</summary>
    Base64,
}
