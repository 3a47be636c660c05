using System.Net;
using System.Text;

namespace ContrastiveService.Service.Tests.Errors;

[Collection(RunningService.Name)]
public sealed class ErrorTests(ServiceFixture service)
{
    [Theory]
    [InlineData("{", "invalid_json", null, "not valid JSON")]
    [InlineData("", "invalid_json", null, "There is no body")]
    [InlineData("nonsense", "invalid_json", null, "line 1")]
    [InlineData("""{"name": "a", }""", "invalid_json", null, "not valid JSON")]
    [InlineData("""{"nam": "a"}""", "unknown_member", "nam", "There are: description, name")]
    [InlineData("""{"name": 5}""", "invalid_value", "name", "must be a string")]
    [InlineData("""{"name": "a", "name": "b"}""", "invalid_json", "name", "twice")]
    [InlineData("[]", "invalid_value", null, "must be an object")]
    [InlineData("null", "invalid_json", null, "There is no body")]
    public async Task A_body_that_cannot_be_read_is_a_400_that_says_why(string body, string code, string? param, string says) =>
        (await PostAsync("/api/v1/datasets", body).ProblemAsync(HttpStatusCode.BadRequest, code, param)).ShouldContain(says);

    [Fact]
    public async Task In_development_too()
    {
        var server = await service.StartApiAsync("--environment=Development", $"--Api:Keys:0={ServiceFixture.Key}");
        await using (server)
        {
            using var http = ServiceFixture.Client(server, ServiceFixture.Key);
            await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);
            using var content = new StringContent("{", Encoding.UTF8, "application/json");
            await http.PostAsync("/api/v1/datasets", content).ProblemAsync(HttpStatusCode.BadRequest, "invalid_json");
            await http.GetAsync("/nowhere").ProblemAsync(HttpStatusCode.NotFound, "route_not_found");
            await server.StopAsync();
        }
    }

    [Fact]
    public async Task What_the_router_refuses_has_the_same_body()
    {
        await service.Http.GetAsync("/api/v1/nothing").ProblemAsync(HttpStatusCode.NotFound, "route_not_found");
        await service.Http.GetAsync("/v1/nothing").ProblemAsync(HttpStatusCode.NotFound, "route_not_found");
        await service.Http.GetAsync("/api/v1/training-jobs/not-a-guid").ProblemAsync(HttpStatusCode.NotFound, "route_not_found");
        (await service.Http.DeleteAsync("/api/v1/datasets").ProblemAsync(HttpStatusCode.MethodNotAllowed, "method_not_allowed")).ShouldContain("GET");
        (
            await PostAsync("/api/v1/datasets", "name=a", "text/plain").ProblemAsync(
                HttpStatusCode.UnsupportedMediaType, "unsupported_media_type")).ShouldContain("text/plain");
        await service.Http.GetAsync("/api/v1/datasets?limit=many").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "limit");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_a_413()
    {
        var server = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", "--Api:MaxRequestBytes=2000");
        await using (server)
        {
            using var http = ServiceFixture.Client(server, ServiceFixture.Key);
            await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);
            using var content = new StringContent($$"""{"name": "{{new string('a', 4000)}}"}""", Encoding.UTF8, "application/json");
            (
                await http.PostAsync("/api/v1/datasets", content).ProblemAsync(
                    HttpStatusCode.RequestEntityTooLarge, "too_large")).ShouldContain("Api:MaxRequestBytes");
            await server.StopAsync();
        }
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body, string mediaType = "application/json") =>
        service.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, mediaType));
}
