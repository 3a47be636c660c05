using System.Text.Json.Serialization;
using ContrastiveService.Api.Collections.Indexing;
using ContrastiveService.Api.Collections.Reembeddings;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Reembeddings;

namespace ContrastiveService.Api.Collections;

/// <summary>Items with vectors of one model version.</summary>
/// <param name="Model">The version: <c>name:version</c>.</param>
/// <param name="Width">Numbers in a vector.</param>
/// <param name="Revision">Grows with every write.</param>
/// <param name="Index">How it is searched.</param>
/// <param name="KeepPictures">Pictures that are not out of a data set are kept with their items.</param>
/// <param name="ReEmbedding">The way to another version that is under way, if there is one; lists leave it out.</param>
public sealed record CollectionView(
    string Name, string Model, int Width, VectorPrecision Precision, long Items, long Revision, IndexView Index, DateTime CreatedAt, DateTime UpdatedAt, bool KeepPictures,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReembeddingView? ReEmbedding)
{
    public static CollectionView Of(Collection c, IndexView index, Reembedding? underWay) => new(
        c.Name, c.ModelName(), c.Width, c.Half ? VectorPrecision.Float16 : VectorPrecision.Float32, c.Items, c.Revision, index, c.CreatedAt, c.UpdatedAt, c.KeepPictures,
        underWay is null ? null : ReembeddingView.Of(underWay));
}
