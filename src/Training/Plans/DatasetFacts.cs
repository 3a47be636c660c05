using ContrastiveService.Training.Methods;

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
    /// <summary>The same of the target domain, where the job names one; these are then the source's.</summary>
    public DatasetFacts? Target { get; init; }

    /// <summary>Whether every item belongs to a group of pictures of the same thing.</summary>
    public bool Grouped { get; init; }

    /// <summary>What methods are told.</summary>
    public DataTraits Traits => new(FullyLabeled, Target is not null, Grouped);

    /// <summary>Whether every item has a label and there are at least two classes.</summary>
    public bool FullyLabeled => Items > 0 && Labeled == Items && Classes >= 2;
}
