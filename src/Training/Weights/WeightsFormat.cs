namespace ContrastiveService.Training.Weights;

/// <summary>How a file of weights is written, told by its first bytes.</summary>
public enum WeightsFormat
{
    Unknown,
    SafeTensors,
    Torch,
}
