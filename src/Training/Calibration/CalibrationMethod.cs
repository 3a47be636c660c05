namespace ContrastiveService.Training.Calibration;

/// <summary>How a similarity becomes a probability.</summary>
public enum CalibrationMethod
{
    /// <summary>A sigmoid of the cosine: two numbers (Platt 1999).</summary>
    Platt,

    /// <summary>The closest function that does not fall, without further assumption (Ayer et al. 1955; Zadrozny and Elkan 2002).</summary>
    Isotonic,
}
