namespace ContrastiveService.Training.Methods;

/// <summary>What a batch must hold for a method's loss.</summary>
/// <param name="Views">Random views made of every item by the plan's <c>views</c>; a batch holds at least one view of some kind.</param>
/// <param name="Labels">Whether labels are handed over.</param>
/// <param name="SamplesPerClass">0 draws items by shuffling; K &gt; 0 draws P classes × K items each (Hermans 2017), P = batch size / K.</param>
public sealed record BatchNeeds(int Views, LabelUse Labels = LabelUse.Ignored, int SamplesPerClass = 0)
{
    /// <summary>Views that were only shifted, scaled and flipped a little, by <c>views.weak</c>.</summary>
    public int WeakViews { get; init; }

    /// <summary>Small crops, by <c>views.local</c> (multi-crop, Caron 2020).</summary>
    public int LocalViews { get; init; }

    /// <summary>K &gt; 0 draws P groups × K items each, members of a group side by side: pictures of the same thing.</summary>
    public int SamplesPerGroup { get; init; }

    /// <summary>What the batch of the target domain must hold, for methods that align two domains; its labels are never handed over.</summary>
    public BatchNeeds? Target { get; init; }
}
