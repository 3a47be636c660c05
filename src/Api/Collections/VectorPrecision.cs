namespace ContrastiveService.Api.Collections;

/// <summary>How a collection keeps its vectors' numbers.</summary>
public enum VectorPrecision
{
    /// <summary>32 bits, as the model gives them.</summary>
    Float32,

    /// <summary>16 bits: half the memory; scores move by less than 0.0005.</summary>
    Float16,
}
