namespace ContrastiveService.Storage.Datasets;

/// <summary>
/// What one version of a data set holds. <c>Channels</c> is the largest count of any item, <c>Width</c> x <c>Height</c> the most common size; all three
/// are 0 for an empty version. <c>Training</c> leaves the test split out.
/// </summary>
public sealed record DatasetStatistics(
    long Items,
    long Labeled,
    int Classes,
    IReadOnlyDictionary<string, long> Labels,
    IReadOnlyDictionary<string, long> Domains,
    IReadOnlyDictionary<string, long> Splits,
    TrainingPart Training,
    int Channels,
    int Width,
    int Height);
