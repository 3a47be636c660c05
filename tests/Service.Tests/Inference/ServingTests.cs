using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using ContrastiveService.Api.Inference;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ContrastiveService.Service.Tests.Inference;

[Collection(RunningService.Name)]
public sealed class ServingTests(ServiceFixture service)
{
    private const string Path = "/api/v1/embeddings";
    private static readonly string Uri = TestPictures.DataUri(TrainedModel.Picture(40));

    [Fact]
    public async Task An_answer_says_where_its_time_went_who_asked_and_how_much_room_is_left()
    {
        var model = await service.ModelAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(new { model = model.Name, input = Uri }), Headers = { { "x-request-id", "mine-1" } } };
        using var answer = (await service.Http.SendAsync(request)).EnsureSuccessStatusCode();

        var parts = answer.Headers.GetValues("Server-Timing").Single().Split(", ").Select(part => part.Split(";dur=")).ToDictionary(p => p[0], p => double.Parse(p[1], CultureInfo.InvariantCulture));
        parts.Keys.ShouldBe(["decode", "queue", "forward", "encode"]);
        parts.Values.ShouldAllBe(milliseconds => milliseconds >= 0);
        parts["forward"].ShouldBeGreaterThan(0);
        answer.Headers.GetValues("x-request-id").ShouldBe(["mine-1"]);
        answer.Headers.GetValues("RateLimit-Limit").ShouldBe(["8192"]);
        answer.Headers.GetValues("RateLimit-Remaining").ShouldBe(["8192"], "the picture's own place was given back before the answer was written");
    }

    [Fact]
    public async Task Many_at_a_time_get_what_each_alone_gets()
    {
        var model = await service.ModelAsync();
        var uris = Enumerable.Range(0, 48).Select(i => TestPictures.DataUri(TrainedModel.Picture(i))).ToArray();
        var alone = new List<float[]>();
        foreach (var uri in uris)
            alone.Add(await EmbedAsync(uri));

        var together = await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(_ => uris).Select(EmbedAsync));

        foreach (var (i, vector) in together.Index())
            vector.Zip(alone[i % uris.Length], (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5f, $"picture {i % uris.Length}");

        async Task<float[]> EmbedAsync(string uri) =>
            [.. (await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = uri }).JsonAsync()).Items("data").Single().Items("embedding").Select(x => x.GetSingle())];
    }

    [Fact]
    public async Task A_request_without_an_id_of_its_own_gets_one()
    {
        using var answer = await service.Http.GetAsync("/api/v1/models");
        answer.Headers.GetValues("x-request-id").Single().Length.ShouldBeGreaterThan(8);
    }

    [Fact]
    public async Task Prometheus_sees_batches_times_models_and_memory()
    {
        var model = await service.ModelAsync();
        await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = Uri }).JsonAsync();
        var text = await service.Http.GetStringAsync("/metrics");
        foreach (var name in new[] { "contrastive_batch_pictures_count", "contrastive_decode_seconds_count", "contrastive_queue_seconds_count", "contrastive_forward_seconds_count", "contrastive_waiting_pictures 0", "process_private_memory_bytes" })
            text.ShouldContain(name);
        text.ShouldMatch("contrastive_loaded_models [1-9]");
        text.ShouldMatch("contrastive_loaded_model_bytes [1-9]");
    }

    [Theory]
    [InlineData("X-Priority", "urgent", "interactive, bulk")]
    [InlineData("X-Deadline-Ms", "soon", "whole number")]
    [InlineData("X-Deadline-Ms", "0", "whole number")]
    public async Task A_header_that_makes_no_sense_is_named(string header, string value, string remedy)
    {
        var model = await service.ModelAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(new { model = model.Name, input = Uri }), Headers = { { header, value } } };
        (await service.Http.SendAsync(request).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", header)).ShouldContain(remedy);
    }

    [Fact]
    public async Task Whose_own_pictures_fill_the_queue_is_told_when_to_come_back_and_is_served_then()
    {
        var model = await service.ModelAsync();
        await using var server = await StartAsync("--Api:InferenceQueue=2");
        using var http = ServiceFixture.Client(server, ServiceFixture.Key);
        await http.PostAsJsonAsync(Path, new { model = model.Name, input = Uri }).JsonAsync();
        using var hold = new ManualResetEventSlim();
        var held = HoldAll(server, hold);
        var waiting = http.PostAsJsonAsync(Path, new { model = model.Name, input = new[] { Uri, Uri } });
        await Eventually.Get("the pictures to wait", () => Task.FromResult(server.Services.GetRequiredService<Admission>().Pictures == 2 ? http : null));

        using var refused = await http.PostAsJsonAsync(Path, new { model = model.Name, input = Uri });
        await Task.FromResult(refused).ProblemAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        int.Parse(refused.Headers.GetValues("retry-after-ms").Single(), CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        refused.Headers.GetValues("RateLimit-Remaining").ShouldBe(["0"]);
        using var unread = new StringContent("{ this is not read", Encoding.UTF8, "application/json");
        await http.PostAsync(Path, unread).ProblemAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
        using var asking = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new Unsent(), Headers = { ExpectContinue = true } };
        await http.SendAsync(asking).ProblemAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");

        hold.Set();
        (await held).ShouldAllBe(answered => answered);
        (await waiting).EnsureSuccessStatusCode().Dispose();
        await http.PostAsJsonAsync(Path, new { model = model.Name, input = Uri }).JsonAsync();
        (await http.GetStringAsync("/metrics")).ShouldContain("contrastive_refusals_total{reason=\"own_full\"} 3");
        await server.StopAsync();
    }

    [Fact]
    public async Task A_caller_who_left_is_not_computed_for()
    {
        var model = await service.ModelAsync();
        await using var server = await StartAsync();
        using var http = ServiceFixture.Client(server, ServiceFixture.Key);
        await http.PostAsJsonAsync(Path, new { model = model.Name, input = Uri }).JsonAsync();
        var before = Pictures(await http.GetStringAsync("/metrics"));
        using var hold = new ManualResetEventSlim();
        var held = HoldAll(server, hold);
        using var leaving = new CancellationTokenSource();
        var left = http.PostAsJsonAsync(Path, new { model = model.Name, input = Enumerable.Repeat(Uri, 7) }, leaving.Token);
        var admission = server.Services.GetRequiredService<Admission>();
        await Eventually.Get("the pictures to wait", () => Task.FromResult(admission.Pictures == 7 ? http : null));
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => left);
        await Eventually.Get("the seats to be given back", () => Task.FromResult(admission.Pictures == 0 ? http : null));
        hold.Set();
        await held;
        await http.PostAsJsonAsync(Path, new { model = model.Name, input = Uri }).JsonAsync();
        (Pictures(await http.GetStringAsync("/metrics")) - before).ShouldBeLessThan(7, "those seven did not go through the network");
        await server.StopAsync();

        static double Pictures(string metrics) =>
            double.Parse(metrics.Split('\n').Single(line => line.StartsWith("contrastive_batch_pictures_sum", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_model_that_computes_something_else_turns_readiness_red_and_is_named()
    {
        var model = await service.ModelAsync();
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        var card = await CardAsync(null);
        await using var server = await StartAsync();
        using var http = ServiceFixture.Client(server, ServiceFixture.Key);
        try
        {
            await CardAsync(System.Text.RegularExpressions.Regex.Replace(card, "\"golden\":\\s*\\[[^\\]]*\\]", $"\"golden\":[1{string.Concat(Enumerable.Repeat(",0", TrainedModel.Width - 1))}]"));
            await http.PostAsJsonAsync(Path, new { model = $"{model.Name}:1", input = Uri }).JsonAsync();
            var red = await Eventually.Get("readiness to turn red", async () => await http.GetAsync("/health/ready") is { StatusCode: HttpStatusCode.ServiceUnavailable } no ? no : null);
            (await Task.FromResult(red).ProblemAsync(HttpStatusCode.ServiceUnavailable, "inference_unhealthy")).ShouldContain($"{model.Name}:1");
            (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK, "liveness stays apart");
        }
        finally
        {
            await CardAsync(card);
            await server.StopAsync();
        }

        async Task<string> CardAsync(string? put)
        {
            await using var command = database.CreateCommand(put is null ? "SELECT card::text FROM model_version WHERE model = $1 AND version = 1" : "UPDATE model_version SET card = $2::json WHERE model = $1 AND version = 1 RETURNING card::text");
            command.Parameters.AddWithValue(model.Name);
            if (put is not null)
                command.Parameters.AddWithValue(put);
            return (string)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task A_network_that_hangs_turns_readiness_red()
    {
        await using var server = await StartAsync();
        using var http = ServiceFixture.Client(server, ServiceFixture.Key);
        using var hold = new ManualResetEventSlim();
        var held = server.Services.GetRequiredService<InferenceThreads>().RunAsync(Caller.Itself, () => hold.Wait(TimeSpan.FromSeconds(60)), CancellationToken.None);
        var red = await Eventually.Get("readiness to turn red", async () => await http.GetAsync("/health/ready") is { StatusCode: HttpStatusCode.ServiceUnavailable } no ? no : null);
        (await Task.FromResult(red).ProblemAsync(HttpStatusCode.ServiceUnavailable, "inference_unhealthy")).ShouldContain("inference thread");
        hold.Set();
        await held;
        (await http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await server.StopAsync();
    }

    /// <summary>A body that must not be asked for.</summary>
    private sealed class Unsent : HttpContent
    {
        public Unsent() => Headers.ContentType = new("application/json");

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new InvalidOperationException("The server asked for what it refuses.");

        protected override bool TryComputeLength(out long length) => (length = 45_000) > 0;
    }

    /// <summary>Keeps every inference thread busy until it is told.</summary>
    private static Task<bool[]> HoldAll(WebApplication server, ManualResetEventSlim hold)
    {
        var threads = server.Services.GetRequiredService<InferenceThreads>();
        return Task.WhenAll(Enumerable.Range(0, threads.Count).Select(_ => threads.RunAsync(Caller.Itself, () => hold.Wait(TimeSpan.FromSeconds(30)), CancellationToken.None)));
    }

    private async Task<WebApplication> StartAsync(params string[] settings)
    {
        var server = await service.StartApiAsync([$"--Api:Keys:0={ServiceFixture.Key}", .. settings]);
        using var http = ServiceFixture.Client(server, ServiceFixture.Key);
        await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);
        return server;
    }
}
