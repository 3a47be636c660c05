using System.Net.Http.Json;
using ContrastiveService.Api.Inference;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Service.Tests.Inference;

/// <summary>Callers who leave before they are answered.</summary>
[Collection(RunningService.Name)]
public sealed class LeavingTests(ServiceFixture service)
{
    private const int Requests = 300;

    private static readonly string Uri = TestPictures.DataUri(TrainedModel.Picture(40));

    [Fact]
    public async Task Who_leaves_takes_nobodys_place_even_while_every_thread_is_busy()
    {
        var model = await service.ModelAsync();
        await using var lab = await ServingLab.StartAsync(service, "--Api:ModelMemoryBytes=1");
        // Held here alone, so that it goes if nobody else has kept it.
        var version = (await lab.Service<ModelStore>().ResolveAsync(model.Name, CancellationToken.None)).ShouldNotBeNull();
        using var lease = await lab.Models.LeaseAsync(version, CancellationToken.None);
        using var hold = new ManualResetEventSlim();
        var held = lab.HoldAll(hold);
        using CancellationTokenSource first = new(), second = new();
        var sent = Enumerable.Range(0, Requests).Select(i => SendAsync(lab.Http, model.Name, i, i % 2 == 0 ? first.Token : second.Token)).ToArray();
        await WaitAsync(lab, Enumerable.Range(0, Requests).Sum(Weight));

        await first.CancelAsync();
        await WaitAsync(lab, Enumerable.Range(0, Requests).Where(i => i % 2 == 1).Sum(Weight));
        await second.CancelAsync();
        await WaitAsync(lab, 0);
        (await Task.WhenAll(sent)).ShouldAllBe(left => left);
        lab.Admission.Seconds.ShouldBe(0);

        var computed = await lab.FigureAsync("contrastive_batch_pictures_sum");
        var next = lab.Http.PostAsJsonAsync("/api/v1/embeddings", new { model = model.Name, input = Uri }).JsonAsync();
        hold.Set();
        await held;
        (await next).Items("data").Count.ShouldBe(1);
        // Its own picture, and those by which the server looks after its models meanwhile.
        (await lab.FigureAsync("contrastive_batch_pictures_sum") - computed).ShouldBeLessThan(Requests / 10);
        lease.Dispose();
        await Eventually.Is("the model to be unloaded, which none of those who left has kept", () => Task.FromResult(lab.Loaded().Length == 0));
    }

    [Fact]
    public async Task Whenever_they_leave_everything_is_given_back()
    {
        var model = await service.ModelAsync();
        await using var lab = await ServingLab.StartAsync(service, "--Api:ModelMemoryBytes=1");
        var random = new Random(1);
        for (var round = 0; round < 3; round++)
        {
            // While they are read, while the model is loaded, decoded, queued, computed, written: wherever they happen to be.
            var sent = Enumerable.Range(0, Requests / 3).Select(async i =>
            {
                using var leaving = new CancellationTokenSource(random.Next(1, 300));
                return await SendAsync(lab.Http, model.Name, i, leaving.Token);
            }).ToArray();
            await Task.WhenAll(sent);
            await WaitAsync(lab, 0);
            await lab.Http.PostAsJsonAsync("/api/v1/embeddings", new { model = model.Name, input = Uri }).JsonAsync();
        }

        await Eventually.Is("the model to be unloaded", () => Task.FromResult(lab.Loaded().Length == 0));
        using var answer = await lab.Http.PostAsJsonAsync("/api/v1/embeddings", new { model = model.Name, input = Uri });
        answer.Headers.GetValues("RateLimit-Remaining").ShouldBe(answer.Headers.GetValues("RateLimit-Limit"));
    }

    private static int Weight(int kind) => (kind % 5) switch { 0 or 3 => 1, 1 => 6, _ => 2 };

    /// <summary>Every way that leads to a network, in turn.</summary>
    /// <returns>Whether the sender left before the answer.</returns>
    private static async Task<bool> SendAsync(HttpClient http, string model, int kind, CancellationToken leaving)
    {
        var (path, body) = (kind % 5) switch
        {
            0 => ("/api/v1/embeddings", (object)new { model, input = Uri }),
            1 => ("/v1/embeddings", new { model, input = Enumerable.Repeat(Uri, 6) }),
            2 => ("/api/v1/similarity", new { model, a = Uri, b = Uri, explain = true }),
            3 => ("/api/v1/embeddings", new { model, input = new[] { Uri }, onError = "report" }),
            _ => ("/api/v1/similarity/matrix", new { model, a = Uri, b = Uri }),
        };
        try
        {
            using var answer = (await http.PostAsJsonAsync(path, body, leaving)).EnsureSuccessStatusCode();
            return false;
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            return true;
        }
    }

    // The picture by which the server looks after its models may wait among them; it takes no seat.
    private static Task WaitAsync(ServingLab lab, int pictures) =>
        Eventually.Is($"{pictures} pictures to wait", () => Task.FromResult(lab.Admission.Pictures == pictures && (lab.Threads.Waiting - pictures) is 0 or 1));
}
