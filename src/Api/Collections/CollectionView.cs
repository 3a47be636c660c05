using ContrastiveService.Storage.Collections;

namespace ContrastiveService.Api.Collections;

/// <summary>Items with vectors of one model version.</summary>
/// <param name="Model">The version: <c>name:version</c>.</param>
/// <param name="Width">Numbers in a vector.</param>
/// <param name="Revision">Grows with every write.</param>
public sealed record CollectionView(
    string Name, string Model, int Width, VectorPrecision Precision, long Items, long Revision, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static CollectionView Of(Collection c) =>
        new(c.Name, c.ModelName(), c.Width, c.Half ? VectorPrecision.Float16 : VectorPrecision.Float32, c.Items, c.Revision, c.CreatedAt, c.UpdatedAt);
}
