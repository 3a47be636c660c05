namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>
/// What was chosen for a collection and what is known of its approximate index. <c>Revision</c> is the collection's up to which the index has everything; <c>Recall</c> is that of the
/// ten nearest, 0 to 1, measured with <c>Sample</c> items; <c>Changed</c> counts items written or removed since; <c>Matches</c> says that it was made for the model version, width
/// and precision that the collection has now, and that PostgreSQL holds it for valid.
/// </summary>
public sealed record CollectionIndex(
    Guid CollectionId,
    string Choice,
    string? Relation,
    long Revision,
    string State,
    string? Error,
    int EfSearch,
    double? Recall,
    int? Sample,
    DateTime? MeasuredAt,
    long Changed,
    bool Matches)
{
    public const string Waiting = "waiting", Filling = "filling", Building = "building", Measuring = "measuring", Ready = "ready", Failed = "failed";

    public IndexChoice Chosen => Enum.Parse<IndexChoice>(Choice, ignoreCase: true);
}
