using System.Text.Json;

namespace ContrastiveService.Local.Sample;

/// <summary>The outcome of a sample run; as JSON it is the last line of <c>./run.sh --once</c>.</summary>
/// <param name="JobId">The training job.</param>
/// <param name="ModelVersion">The version it became, <c>name:version</c>.</param>
/// <param name="KnnTop1Init">kNN top-1 on the test pictures with the untrained network, in [0, 1].</param>
/// <param name="KnnTop1">The same with the trained one.</param>
/// <param name="ImagesPerSecond">Pictures per second while training.</param>
/// <param name="SimilaritySame">Mean cosine of two pictures of one class.</param>
/// <param name="SimilarityDifferent">Mean cosine of two pictures of different classes.</param>
/// <param name="SimilarityViews">Mean cosine of two views of one picture.</param>
/// <param name="Seconds">From the start of this program to the report.</param>
internal sealed record SampleResult(
    Guid JobId,
    string ModelVersion,
    double? KnnTop1Init,
    double? KnnTop1,
    double ImagesPerSecond,
    double SimilaritySame,
    double SimilarityDifferent,
    double SimilarityViews,
    double Seconds)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
