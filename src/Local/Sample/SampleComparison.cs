using System.Text.Json.Nodes;
using ContrastiveService.Local.Report;
using ContrastiveService.Local.Rest;

namespace ContrastiveService.Local.Sample;

/// <summary>Test pictures and what a model makes of them.</summary>
/// <param name="Pictures">Pictures that the model was not trained on.</param>
/// <param name="Vectors">Their embeddings.</param>
/// <param name="Views">Second views of the first pictures.</param>
/// <param name="ViewVectors">Their embeddings.</param>
internal sealed record SampleComparison(Picture[] Pictures, float[][] Vectors, Picture[] Views, float[][] ViewVectors)
{
    private const int TestPictures = 1000, Pairs = 500, BatchSize = 250, Neighbours = 7;

    /// <summary>Embeds the sample's test pictures, and second views of some, over HTTP.</summary>
    public static async Task<SampleComparison> MakeAsync(ServiceClient service, FashionMnist sample, string modelVersion, CancellationToken ct)
    {
        var pictures = sample.TestPictures(TestPictures);
        var random = new Random(1);
        Picture[] views = [.. pictures.Take(Pairs).Select(picture => SecondView.Of(picture, random))];
        return new(pictures, await EmbedAsync(service, modelVersion, pictures, ct), views, await EmbedAsync(service, modelVersion, views, ct));
    }

    public PairSimilarities Similarities() => PairSimilarities.Measure(Pictures, Vectors, ViewVectors);

    /// <summary>Asks the service about one pair of each kind.</summary>
    public async Task<IReadOnlyList<ShownPair>> ShowAsync(ServiceClient service, string modelVersion, CancellationToken ct)
    {
        var boot = Pictures.First(picture => picture.Label == 9);
        var dress = Pictures.First(picture => picture.Label == 3);
        var otherDress = Pictures.Where(picture => picture.Label == 3).ElementAt(1);
        var bag = Array.FindIndex(Pictures, picture => picture.Label == 8);
        return
        [
            await AskAsync(service, modelVersion, "Two views of one picture", "views", Pictures[bag], Views[bag], ct),
            await AskAsync(service, modelVersion, "The same class", "same", dress, otherDress, ct),
            await AskAsync(service, modelVersion, "Different classes", "different", dress, boot, ct),
        ];
    }

    /// <summary>One picture of each class, and two more, with those that lie nearest.</summary>
    public IReadOnlyList<Neighbourhood> Neighbourhoods()
    {
        var firsts = Enumerable.Range(0, 10).Select(label => Array.FindIndex(Pictures, picture => picture.Label == label));
        var more = Enumerable.Range(0, 2).Select(label => Array.FindLastIndex(Pictures, picture => picture.Label == 2 * label));
        return [.. firsts.Concat(more).Select(query => new Neighbourhood(Pictures[query],
            [.. Enumerable.Range(0, Pictures.Length).Where(i => i != query)
                .Select(i => (Pictures[i], PairSimilarities.Cosine(Vectors[query], Vectors[i])))
                .OrderByDescending(near => near.Item2).Take(Neighbours)]))];
    }

    private static async Task<float[][]> EmbedAsync(ServiceClient service, string modelVersion, Picture[] pictures, CancellationToken ct)
    {
        var vectors = new List<float[]>();
        foreach (var batch in pictures.Chunk(BatchSize))
        {
            var request = new JsonObject { ["model"] = modelVersion, ["input"] = new JsonArray([.. batch.Select(picture => (JsonNode)picture.DataUri)]) };
            var answer = await service.PostAsync<EmbeddingsView>("embeddings", request, ct);
            vectors.AddRange(answer.Data.Select(item => item.Embedding));
        }

        return [.. vectors];
    }

    private static async Task<ShownPair> AskAsync(ServiceClient service, string modelVersion, string title, string style, Picture left, Picture right, CancellationToken ct)
    {
        var request = new JsonObject { ["model"] = modelVersion, ["a"] = left.DataUri, ["b"] = right.DataUri };
        var answer = await service.PostAsync<SimilarityView>("similarity", request, ct);
        return new ShownPair(title, style, left, right, answer.Cosine, answer.Percentile);
    }

    private sealed record EmbeddingsView(IReadOnlyList<EmbeddingView> Data);

    private sealed record EmbeddingView(float[] Embedding);

    private sealed record SimilarityView(double Cosine, double? Percentile);
}
