using System.Net;

namespace ContrastiveService.Service.Tests.Startup;

[Collection(RunningService.Name)]
public sealed class StartupTests(ServiceFixture service)
{
    [Fact]
    public async Task Without_its_database_a_server_lives_but_is_not_ready_and_says_so()
    {
        var server = await service.StartApiAsync(
            $"--Api:Keys:0={ServiceFixture.Key}", "--ConnectionStrings:Default=Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
        await using (server)
        {
            using var http = ServiceFixture.Client(server, ServiceFixture.Key);
            (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
            await http.GetAsync("/health/ready").ProblemAsync(HttpStatusCode.ServiceUnavailable, "starting");
            using var early = await http.GetAsync("/api/v1/datasets");
            early.Headers.RetryAfter.ShouldNotBeNull();
            await Task.FromResult(early).ProblemAsync(HttpStatusCode.ServiceUnavailable, "starting");
            await server.StopAsync();
        }
    }

    [Fact]
    public async Task A_server_that_is_stopping_says_that_it_is_not_ready_before_it_closes_its_port()
    {
        var server = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", "--Api:DrainSeconds=2");
        await using (server)
        {
            using var http = ServiceFixture.Client(server, ServiceFixture.Key);
            await Eventually.Is("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode);
            var stopping = server.StopAsync();
            await Eventually.Is("readiness to say no", async () => !(await http.GetAsync("/health/ready")).IsSuccessStatusCode);
            await http.GetAsync("/health/ready").ProblemAsync(HttpStatusCode.ServiceUnavailable, "draining");
            (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
            await stopping;
        }
    }
}
