namespace ContrastiveService.Training.Methods;

/// <summary>What a batch must hold for a method's loss.</summary>
/// <param name="Views">Random views made of every item, at least 1.</param>
/// <param name="Labels">Whether labels are handed over.</param>
/// <param name="SamplesPerClass">0 draws items by shuffling; K &gt; 0 draws P classes × K items each (Hermans 2017), P = batch size / K.</param>
public sealed record BatchNeeds(int Views, LabelUse Labels = LabelUse.Ignored, int SamplesPerClass = 0);
