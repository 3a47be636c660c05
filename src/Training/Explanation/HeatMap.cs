namespace ContrastiveService.Training.Explanation;

/// <summary>What each position of a picture adds to a similarity.</summary>
/// <param name="Rows">Positions from top to bottom.</param>
/// <param name="Columns">Positions from left to right.</param>
/// <param name="Values">Row by row; below 0 where a position makes the pictures less alike.</param>
public sealed record HeatMap(int Rows, int Columns, float[] Values)
{
    /// <summary>What all positions add together.</summary>
    public double Sum => Values.Sum(value => (double)value);
}
