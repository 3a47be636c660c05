using ContrastiveService.Api.Collections.Indexing;
using ContrastiveService.Storage.Collections;

namespace ContrastiveService.Api.Collections;

/// <summary>Items with vectors of one model version.</summary>
/// <param name="Model">The version: <c>name:version</c>.</param>
/// <param name="Width">Numbers in a vector.</param>
/// <param name="Revision">Grows with every write.</param>
/// <param name="Index">How it is searched.</param>
public sealed record CollectionView(
    string Name, string Model, int Width, VectorPrecision Precision, long Items, long Revision, IndexView Index, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static CollectionView Of(Collection c, IndexView index) =>
        new(c.Name, c.ModelName(), c.Width, c.Half ? VectorPrecision.Float16 : VectorPrecision.Float32, c.Items, c.Revision, index, c.CreatedAt, c.UpdatedAt);
}
