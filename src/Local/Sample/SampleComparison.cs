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
    private const int TestPictures = 1000, Pairs = 500, BatchSize = 250, Neighbours = 7, Searched = 300;

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

    /// <summary>Asks the service why: about two plain pairs, and about those among the first pictures that it is most wrong about.</summary>
    public async Task<IReadOnlyList<ExplainedPair>> ExplainAsync(ServiceClient service, string modelVersion, CancellationToken ct)
    {
        var (dress, otherDress, boot) = (First(3), Array.FindIndex(Pictures, First(3) + 1, picture => picture.Label == 3), First(9));
        var pairs = (from i in Enumerable.Range(0, Searched) from j in Enumerable.Range(0, i) select (I: i, J: j)).ToLookup(pair => Pictures[pair.I].Label == Pictures[pair.J].Label);
        var (farthest, nearest) = (pairs[true].MinBy(Closeness), pairs[false].MaxBy(Closeness));
        return
        [
            await WhyAsync("Of one class", "same", dress, otherDress),
            await WhyAsync("Of one class, and the least alike", "same", farthest.I, farthest.J),
            await WhyAsync("Of two classes", "different", dress, boot),
            await WhyAsync("Of two classes, and the most alike", "different", nearest.I, nearest.J),
        ];

        int First(int label) => Array.FindIndex(Pictures, picture => picture.Label == label);

        double Closeness((int I, int J) pair) => PairSimilarities.Cosine(Vectors[pair.I], Vectors[pair.J]);

        async Task<ExplainedPair> WhyAsync(string title, string style, int i, int j)
        {
            var answer = await CompareAsync(service, modelVersion, Pictures[i], Pictures[j], explain: true, ct);
            return new(title, style, Pictures[i], Pictures[j], answer.Cosine, answer.ProbabilitySame, answer.Decision, answer.Explanation!.A.Overlay, answer.Explanation.B.Overlay);
        }
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
        var answer = await CompareAsync(service, modelVersion, left, right, explain: false, ct);
        return new ShownPair(title, style, left, right, answer.Cosine, answer.Percentile);
    }

    private static Task<SimilarityView> CompareAsync(ServiceClient service, string modelVersion, Picture left, Picture right, bool explain, CancellationToken ct) =>
        service.PostAsync<SimilarityView>("similarity", new JsonObject { ["model"] = modelVersion, ["a"] = left.DataUri, ["b"] = right.DataUri, ["explain"] = explain }, ct);

    private sealed record EmbeddingsView(IReadOnlyList<EmbeddingView> Data);

    private sealed record EmbeddingView(float[] Embedding);

}
