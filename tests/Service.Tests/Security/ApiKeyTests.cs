using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ContrastiveService.Service.Tests.Security;

[Collection(RunningService.Name)]
public sealed class ApiKeyTests(ServiceFixture service)
{
    [Theory]
    [InlineData("/api/v1/datasets")]
    [InlineData("/v1/models")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/hangfire")]
    [InlineData("/nowhere")]
    public async Task Everything_but_health_wants_a_key_and_says_how_to_send_one(string path)
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        (await http.GetAsync(path).ProblemAsync(HttpStatusCode.Unauthorized, "invalid_api_key")).ShouldContain("Authorization: Bearer <key>");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ServiceFixture.Key + "x");
        (await http.GetAsync(path).ProblemAsync(HttpStatusCode.Unauthorized, "invalid_api_key")).ShouldContain("not one of the configured ones");
    }

    [Fact]
    public async Task Health_is_open()
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_key_may_come_as_a_header_of_its_own()
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        http.DefaultRequestHeaders.Add("X-Api-Key", ServiceFixture.Key);
        (await http.GetAsync("/api/v1/datasets")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_browser_may_send_it_as_a_password_but_only_to_pages_and_not_from_foreign_ones()
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        using var challenge = await http.GetAsync("/hangfire");
        challenge.Headers.WwwAuthenticate.ShouldHaveSingleItem().Scheme.ShouldBe("Basic");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + ServiceFixture.Key)));
        (await http.GetAsync("/hangfire")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/swagger/index.html")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/api/v1/datasets")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Add("Origin", "http://elsewhere.example");
        (await http.GetAsync("/hangfire")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Open_on_loopback_lets_in_this_machine_and_nobody_who_only_looks_like_it()
    {
        var server = await service.StartApiAsync("--Api:OpenOnLoopback=true");
        await using (server)
        {
            using var http = ServiceFixture.Client(server, null);
            await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);
            (await StatusAsync()).ShouldBe(HttpStatusCode.OK);
            (await StatusAsync(("Authorization", "Bearer whatever-a-client-insists-on"))).ShouldBe(HttpStatusCode.OK);
            (await StatusAsync(("Origin", http.BaseAddress!.ToString().TrimEnd('/')))).ShouldBe(HttpStatusCode.OK);
            (await StatusAsync(("X-Forwarded-For", "10.0.0.7"))).ShouldBe(HttpStatusCode.Unauthorized);
            (await StatusAsync(("Host", "rebound.example"))).ShouldBe(HttpStatusCode.Unauthorized);
            (await StatusAsync(("Origin", "http://elsewhere.example"))).ShouldBe(HttpStatusCode.Unauthorized);
            (await StatusAsync(("Sec-Fetch-Site", "cross-site"))).ShouldBe(HttpStatusCode.Unauthorized);
            await server.StopAsync();

            async Task<HttpStatusCode> StatusAsync(params (string Name, string Value)[] headers)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/datasets");
                foreach (var (name, value) in headers)
                    request.Headers.Add(name, value);
                using var response = await http.SendAsync(request);
                return response.StatusCode;
            }
        }
    }

    [Theory]
    [InlineData("No API key is configured")]
    [InlineData("use at least 16", "--Api:Keys:0=short")]
    public async Task A_server_without_a_proper_key_does_not_start(string why, params string[] settings) =>
        (await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => service.StartApiAsync(settings))).Message.ShouldContain(why);
}
