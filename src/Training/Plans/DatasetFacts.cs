namespace ContrastiveService.Training.Plans;

/// <summary>What choosing defaults and checking a plan must know of the data.</summary>
/// <param name="Items">Items that may be trained on (everything but the test split).</param>
/// <param name="Labeled">How many of them have a label.</param>
/// <param name="Classes">Distinct labels.</param>
/// <param name="Channels">1 when every picture is grey, else 3.</param>
/// <param name="Width">The most common width, in pixels.</param>
/// <param name="Height">The most common height, in pixels.</param>
public sealed record DatasetFacts(long Items, long Labeled, int Classes, int Channels, int Width, int Height)
{
    /// <summary>Whether every item has a label and there are at least two classes.</summary>
    public bool FullyLabeled => Items > 0 && Labeled == Items && Classes >= 2;
}
