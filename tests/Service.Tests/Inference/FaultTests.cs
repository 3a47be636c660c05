using System.Net;
using System.Net.Http.Json;
using ContrastiveService.Api.Inference;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Service.Tests.Inference;

/// <summary>A picture that a network fails on, among others in its batch.</summary>
[Collection(RunningService.Name)]
public sealed class FaultTests(ServiceFixture service)
{
    private const string Path = "/api/v1/embeddings";

    [Fact]
    public async Task It_is_found_and_neither_its_own_request_nor_another_loses_a_vector_by_it()
    {
        var model = await service.ModelAsync();
        await using var lab = await ServingLab.StartAsync(service, "--Api:InferenceThreads=1");
        var version = (await lab.Service<ModelStore>().ResolveAsync(model.Name, CancellationToken.None)).ShouldNotBeNull();
        using var lease = await lab.Models.LeaseAsync(version, CancellationToken.None);
        var (good, wrong) = (new byte[28 * 28], new byte[5]); // as no decoder makes it
        var expected = (await RunAsync(good)).Vectors.Single();
        using var hold = new ManualResetEventSlim();
        var held = lab.HoldAll(hold);
        Task<InferenceResult>[] waiting = [RunAsync(good, good), RunAsync(good, wrong, good), RunAsync(wrong), RunAsync(good)];
        lab.Threads.Waiting.ShouldBeGreaterThanOrEqualTo(7, "so that they may become one batch");

        hold.Set();
        await held;
        var results = await Task.WhenAll(waiting);

        results.Select(result => result.Faults.Keys.ToArray()).ShouldBe([[], [1], [0], []]);
        results[1].Faults[1].ShouldBeOfType<ArgumentException>();
        foreach (var result in results)
            foreach (var (i, vector) in result.Vectors.Index().Where(v => !result.Faults.ContainsKey(v.Index)))
                vector.Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5f, $"picture {i}");

        Task<InferenceResult> RunAsync(params byte[][] pictures) =>
            lab.Threads.RunAsync(new Caller("test", RequestClass.Interactive, Timeout.InfiniteTimeSpan), lease.Model, pictures, CancellationToken.None);
    }

    [Fact]
    public async Task A_picture_without_finite_numbers_is_named_and_the_others_are_answered()
    {
        var model = await service.ModelAsync();
        var (black, bar) = (TestPictures.DataUri(TestPictures.Plain(28, 28, color: 0xff000000)), TestPictures.DataUri(TrainedModel.Picture(40)));
        // So small a deviation that whatever is not black leaves the range of a float.
        await using var broken = await BrokenCard.WriteAsync(service, model.Name, mean: 0, std: 1e-42);
        await using var lab = await ServingLab.StartAsync(service);
        var version = $"{model.Name}:1";

        (await lab.Http.PostAsJsonAsync(Path, new { model = version, input = new[] { black, black, bar, black } }).ProblemAsync(HttpStatusCode.InternalServerError, "not_finite", "input[2]"))
            .ShouldContain(version);
        var answer = await lab.Http.PostAsJsonAsync(Path, new { model = version, input = new[] { black, bar, black, bar }, onError = "report" }).JsonAsync();
        answer.Items("data").Select(d => d.Number("index")).ShouldBe([0, 2]);
        answer.Items("errors").Select(e => (e.Number("index"), e.Text("param"), e.Text("code"))).ShouldBe([(1, "input[1]", "not_finite"), (3, "input[3]", "not_finite")]);
        foreach (var explain in new[] { false, true })
            await lab.Http.PostAsJsonAsync("/api/v1/similarity", new { model = version, a = black, b = bar, explain }).ProblemAsync(HttpStatusCode.InternalServerError, "not_finite", "b");
        (await lab.Http.PostAsJsonAsync("/api/v1/similarity", new { model = version, a = black, b = black, explain = true }).JsonAsync()).GetProperty("cosine").GetDouble().ShouldBe(1, 1e-6);
    }

    [Fact]
    public async Task A_model_that_gives_no_finite_numbers_at_all_is_not_loaded_and_named()
    {
        var model = await service.ModelAsync();
        await using var broken = await BrokenCard.WriteAsync(service, model.Name, mean: 0, std: 0);
        await using var lab = await ServingLab.StartAsync(service);
        var body = new { model = $"{model.Name}:1", input = TestPictures.DataUri(TrainedModel.Picture(40)), onError = "report" };
        (await lab.Http.PostAsJsonAsync(Path, body).ProblemAsync(HttpStatusCode.InternalServerError, "not_finite", "model")).ShouldContain($"{model.Name}:1");
        lab.Loaded().ShouldBeEmpty();
        await lab.Http.PostAsJsonAsync(Path, new { model = $"{model.Name}:2", body.input }).JsonAsync();
    }
}
