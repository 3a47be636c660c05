namespace ContrastiveService.Training.Plans;

/// <summary>The arithmetic of the encoder's convolutions and linear layers, forward and backward. Parameters, norms, features, heads and losses are float32 always.</summary>
public enum Precision
{
    /// <summary>Bfloat16 where a short trial on the device shows that it is clearly faster, else float32.</summary>
    Auto,
    Float32,
    Bfloat16,
}
