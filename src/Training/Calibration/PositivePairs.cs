namespace ContrastiveService.Training.Calibration;

/// <summary>What makes two pictures the same.</summary>
public enum PositivePairs
{
    /// <summary>Two pictures of one label.</summary>
    Labels,

    /// <summary>Two random views of one picture, made as in training; for data without labels.</summary>
    Views,
}
