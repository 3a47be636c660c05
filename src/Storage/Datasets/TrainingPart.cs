namespace ContrastiveService.Storage.Datasets;

/// <summary>What of a data set may be trained on: everything but the test split.</summary>
public sealed record TrainingPart(long Items, long Labeled, int Classes);
