namespace ContrastiveService.Training.Weights;

/// <summary>Weights that cannot be read or do not fit; the message names the file's part or the tensor.</summary>
public sealed class WeightsException : Exception
{
    public WeightsException(string message) : base(message)
    {
    }

    public WeightsException(string message, Exception inner) : base(message, inner)
    {
    }
}
