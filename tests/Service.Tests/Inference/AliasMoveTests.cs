using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Inference;

/// <summary>An alias moves while pictures come: nobody notices but by the version that the answer names.</summary>
[Collection(RunningService.Name)]
public sealed class AliasMoveTests(ServiceFixture service)
{
    private const int Pictures = 12;
    private const double Same = 1e-5, Apart = 1e-3;

    private static readonly string[] Uris = [.. Enumerable.Range(0, Pictures).Select(i => TestPictures.DataUri(TrainedModel.Picture(i)))];

    [Theory]
    [InlineData(1000, 2)]
    [InlineData(200, 1)]
    public async Task While_an_alias_moves_every_answer_is_of_one_version_and_none_fails(int moves, int modelsThatFit)
    {
        var model = await service.ModelAsync();
        await using var lab = await StartAsync(model, modelsThatFit);
        var expected = new Dictionary<string, float[][]>();
        foreach (var version in new[] { $"{model.Name}:1", $"{model.Name}:2" })
            expected[version] = Vectors((await lab.Http.PostAsJsonAsync("/api/v1/embeddings", new { model = version, input = Uris }).JsonAsync()).Items("data"));
        foreach (var (one, two) in expected[$"{model.Name}:1"].Zip(expected[$"{model.Name}:2"]))
            Difference(one, two).ShouldBeGreaterThan(Apart, "else a mixture would not be seen");
        var alias = $"/api/v1/models/{model.Name}/aliases/moving";
        await lab.Http.PutAsJsonAsync(alias, new { version = 1 }).JsonAsync();
        var answered = new ConcurrentDictionary<string, int>();
        var moving = true;

        var clients = new Func<int, Task>[] { NativeAsync, NativeBatchAsync, OpenAiAsync, OpenAiBatchAsync, PairAsync, ExplainedPairAsync }.Select(async (ask, number) =>
        {
            for (var i = number; Volatile.Read(ref moving); i++)
                await ask(i);
        }).ToArray();
        try
        {
            for (var move = 0; move < moves; move++)
            {
                await lab.Http.PutAsJsonAsync(alias, new { version = 1 + (move % 2) }).JsonAsync();
                if (clients.FirstOrDefault(client => client.IsFaulted) is { } failed)
                    await failed;
            }
        }
        finally
        {
            Volatile.Write(ref moving, false);
            await Task.WhenAll(clients);
        }

        answered.Keys.Order().ShouldBe([$"{model.Name}:1", $"{model.Name}:2"]);
        answered.Values.Min().ShouldBeGreaterThan(5, "both were asked");
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", answered));

        Task NativeAsync(int i) => EmbedAsync("/api/v1/embeddings", [i % Pictures]);
        Task NativeBatchAsync(int i) => EmbedAsync("/api/v1/embeddings", Many(i));
        Task OpenAiAsync(int i) => EmbedAsync("/v1/embeddings", [i % Pictures]);
        Task OpenAiBatchAsync(int i) => EmbedAsync("/v1/embeddings", Many(i));
        Task PairAsync(int i) => CompareAsync(i, explain: false);
        Task ExplainedPairAsync(int i) => CompareAsync(i, explain: true);

        async Task EmbedAsync(string path, int[] numbers)
        {
            var answer = await lab.Http.PostAsJsonAsync(path, new { model = $"{model.Name}@moving", input = numbers.Select(n => Uris[n]) }).JsonAsync();
            var known = Known(answer);
            foreach (var (vector, number) in Vectors(answer.Items("data")).Zip(numbers))
                Difference(vector, known[number]).ShouldBeLessThan(Same);
        }

        async Task CompareAsync(int i, bool explain)
        {
            var (a, b) = (i % Pictures, (i + 5) % Pictures);
            var answer = await lab.Http.PostAsJsonAsync("/api/v1/similarity", new { model = $"{model.Name}@moving", a = Uris[a], b = Uris[b], explain }).JsonAsync();
            var known = Known(answer);
            answer.GetProperty("cosine").GetDouble().ShouldBe(known[a].Zip(known[b], (x, y) => (double)x * y).Sum(), Same);
        }

        float[][] Known(JsonElement answer)
        {
            answered.AddOrUpdate(answer.Text("model")!, 1, (_, count) => count + 1);
            return expected[answer.Text("model")!];
        }
    }

    private async Task<ServingLab> StartAsync(TrainedModel model, int modelsThatFit)
    {
        await using var measured = await ServingLab.StartAsync(service);
        await measured.Http.PostAsJsonAsync("/api/v1/embeddings", new { model = $"{model.Name}:1", input = Uris[0] }).JsonAsync();
        var bytes = await measured.FigureAsync("contrastive_loaded_model_bytes");
        return await ServingLab.StartAsync(service, FormattableString.Invariant($"--Api:ModelMemoryBytes={(bytes * modelsThatFit) + 1:0}"));
    }

    // A piece for each thread.
    private static int[] Many(int first) => [.. Enumerable.Range(first, Pictures + 4).Select(i => i % Pictures)];

    private static float[][] Vectors(IReadOnlyList<JsonElement> data) => [.. data.Select(item => item.Items("embedding").Select(x => x.GetSingle()).ToArray())];

    private static double Difference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();
}
