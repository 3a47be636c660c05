namespace ContrastiveService.Training.Plans;

/// <summary>The arithmetic of the forward and backward pass; parameters are float32 always.</summary>
public enum Precision
{
    /// <summary>The fastest that keeps the result; at present float32.</summary>
    Auto,
    Float32,
}
