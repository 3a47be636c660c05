namespace ContrastiveService.Storage.Datasets;

/// <summary>What of a data set may be trained on: everything but the test split. <c>Grouped</c> counts the items that belong to a group.</summary>
public sealed record TrainingPart(long Items, long Labeled, int Classes, long Grouped);
