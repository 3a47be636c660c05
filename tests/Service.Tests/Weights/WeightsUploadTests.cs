using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using ContrastiveService.Service.Tests.TrainingJobs;

namespace ContrastiveService.Service.Tests.Weights;

[Collection(RunningService.Name)]
public sealed class WeightsUploadTests(ServiceFixture service)
{
    const string Path = "/api/v1/weights";

    static byte[] Golden(string name) => File.ReadAllBytes(System.IO.Path.Combine(AppContext.BaseDirectory, "weights", name));

    static string NewName() => $"weights-{Guid.NewGuid():N}";

    Task<HttpResponseMessage> SendAsync(string? name, byte[] file) => service.Http.PostAsync(name is null ? Path : $"{Path}?name={name}", new ByteArrayContent(file));

    [Fact]
    public async Task Safetensors_are_kept_as_they_are()
    {
        var (name, file) = (NewName(), Golden("edge.safetensors"));

        var created = await SendAsync(name, file).JsonAsync(HttpStatusCode.Created);

        (created.Text("name"), created.Text("format"), created.Number("tensors"), created.Number("bytes")).ShouldBe((name, "safetensors", 16, file.Length));
        created.Text("sha256").ShouldBe(Convert.ToHexStringLower(SHA256.HashData(file)));
        created.Text("uploadSha256").ShouldBe(created.Text("sha256"));
        (await service.Http.GetAsync($"{Path}/{name}").JsonAsync()).GetRawText().ShouldBe(created.GetRawText());
        (await service.Http.GetAsync($"{Path}?limit=1000").JsonAsync()).Items().ShouldContain(w => w.Text("name") == name);
    }

    [Theory]
    [InlineData("edge_zip.pth")]
    [InlineData("edge_legacy.pth")]
    public async Task A_pth_file_is_kept_as_safetensors_with_all_its_tensors(string file)
    {
        var name = NewName();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Golden(file)), "file", file } };

        var created = await service.Http.PostAsync($"{Path}?name={name}", form).JsonAsync(HttpStatusCode.Created);

        (created.Text("format"), created.Number("tensors"), created.Number("uploadBytes")).ShouldBe(("torch", 16, Golden(file).Length));
        var slice = created.Items("content").Single(t => t.Text("name") == "slice");
        (slice.Text("dtype"), slice.GetProperty("shape").Deserialize<int[]>()!.Length).ShouldBe(("F32", 2));
    }

    [Fact]
    public async Task A_checkpoints_tensors_are_named_by_the_keys_that_lead_to_them()
    {
        var created = await SendAsync(NewName(), Golden("edge_checkpoint.pth")).JsonAsync(HttpStatusCode.Created);

        created.Items("content").Select(t => t.Text("name")).ShouldContain("state_dict.module.encoder_q.0.weight");
    }

    [Fact]
    public async Task What_is_no_file_of_weights_or_would_run_code_is_refused_and_leaves_nothing()
    {
        var name = NewName();
        (await SendAsync(name, Golden("edge_whole_module.pth")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_weights", "file")).ShouldContain("'torch.nn.modules.");
        await SendAsync(name, Golden("edge_zip.pth")[..3000]).ProblemAsync(HttpStatusCode.BadRequest, "invalid_weights", "file");
        await SendAsync(name, Golden("edge.safetensors")[..1000]).ProblemAsync(HttpStatusCode.BadRequest, "invalid_weights", "file");
        await SendAsync(name, TestPictures.Bar(1, 1)).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_weights");
        (await SendAsync(name, []).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_weights")).ShouldContain("empty");
        using var two = new MultipartFormDataContent { { new ByteArrayContent([1]), "a", "a" }, { new ByteArrayContent([1]), "b", "b" } };
        await service.Http.PostAsync($"{Path}?name={name}", two).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "b");

        await service.Http.GetAsync($"{Path}/{name}").ProblemAsync(HttpStatusCode.NotFound, "weights_not_found");
        Directory.GetDirectories(service.Spool, "weights-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_is_needed_and_taken_once()
    {
        await SendAsync(null, Golden("edge.safetensors")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "name");
        await SendAsync("no%20name", Golden("edge.safetensors")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "name");
        var name = NewName();
        await SendAsync(name, Golden("edge.safetensors")).JsonAsync(HttpStatusCode.Created);

        await SendAsync(name, Golden("edge_zip.pth")).ProblemAsync(HttpStatusCode.Conflict, "name_taken", "name");

        (await service.Http.GetAsync($"{Path}/{name}").JsonAsync()).Text("format").ShouldBe("safetensors");
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused()
    {
        await using var server = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", "--Api:MaxWeightsBytes=2000");
        using var http = ServiceFixture.Client(server, ServiceFixture.Key);
        await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);

        (await http.PostAsync($"{Path}?name={NewName()}", new ByteArrayContent(Golden("edge_zip.pth"))).ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large"))
            .ShouldContain("Api:MaxWeightsBytes");
        await server.StopAsync();
    }

    [Fact]
    public async Task A_job_with_weights_that_are_not_there_or_of_another_architecture_is_refused_with_the_reason()
    {
        var (set, other) = (await QueuedJob.DatasetAsync(service.Http), NewName());
        await SendAsync(other, Golden("edge.safetensors")).JsonAsync(HttpStatusCode.Created);

        (await SubmitAsync(set, "not-there").ProblemAsync(HttpStatusCode.BadRequest, "invalid_plan", "backbone.pretrained")).ShouldContain("There are: ");
        var report = await SubmitAsync(set, other).ProblemAsync(HttpStatusCode.BadRequest, "invalid_plan", "backbone.pretrained");
        report.ShouldContain("0 of 6 tensors matched");
        report.ShouldContain("16 left over: a.");
    }

    Task<HttpResponseMessage> SubmitAsync(DatasetClient set, string name) => service.Http.PostAsJsonAsync(
        QueuedJob.Jobs, QueuedJob.Request(set.Name, $$"""{ "backbone": { "type": "seed-convnet", "pretrained": "{{name}}" } }"""));
}
