namespace ContrastiveService.Training;

/// <summary>Items that batches are drawn from.</summary>
/// <param name="Stored">Position of each in the store.</param>
/// <param name="Labels">Class index of each, −1 without a label.</param>
internal sealed record BatchItems(long[] Stored, long[] Labels)
{
    /// <summary>Where the pictures of these positions are in the store.</summary>
    public long[] StoredAt(long[] positions) => Array.ConvertAll(positions, p => Stored[p]);
}
