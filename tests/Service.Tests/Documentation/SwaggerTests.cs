using System.Text.RegularExpressions;

namespace ContrastiveService.Service.Tests.Documentation;

[Collection(RunningService.Name)]
public sealed partial class SwaggerTests(ServiceFixture service)
{
    [Fact]
    public async Task Every_operation_says_what_it_does_and_what_its_parameters_mean()
    {
        var document = await service.Http.GetAsync("/swagger/v1/swagger.json").JsonAsync();
        var chapters = document.Items("tags").Select(t => t.Text("name")).ToArray();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
            {
                var name = $"{operation.Name} {path.Name}";
                operation.Value.Text("summary").ShouldNotBeNullOrEmpty(name);
                operation.Value.Items("tags").ShouldHaveSingleItem(name).GetString().ShouldBeOneOf(chapters);
                operation.Value.GetProperty("responses").TryGetProperty("default", out _).ShouldBeTrue(name);
                operation.Value.TryGetProperty("security", out _).ShouldBe(!path.Name.StartsWith("/health"), name);
                if (operation.Value.TryGetProperty("parameters", out var parameters))
                    foreach (var parameter in parameters.EnumerateArray().Where(p => p.Text("in") == "query"))
                        parameter.TryGetProperty("description", out _).ShouldBeTrue($"{name}: {parameter.Text("name")}");
            }
    }

    [Theory]
    [InlineData("/api/v1/datasets")]
    [InlineData("/api/v1/training-jobs")]
    [InlineData("/api/v1/views/preview")]
    [InlineData("/api/v1/embeddings")]
    [InlineData("/api/v1/similarity")]
    [InlineData("/api/v1/similarity/matrix")]
    [InlineData("/v1/embeddings")]
    [InlineData("/v1/fine_tuning/jobs")]
    public async Task The_main_calls_have_an_example(string path)
    {
        var document = await service.Http.GetAsync("/swagger/v1/swagger.json").JsonAsync();
        document.GetProperty("paths").GetProperty(path).GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json")
            .GetProperty("example").EnumerateObject().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("/swagger/index.html")]
    [InlineData("/hangfire")]
    public async Task Pages_take_nothing_from_other_hosts(string page)
    {
        var html = await service.Http.GetStringAsync(page);
        var sources = Source().Matches(html).Select(m => m.Groups["source"].Value).ToArray();
        sources.ShouldNotBeEmpty();
        sources.ShouldAllBe(s => !s.Contains("//"));
    }

    // What a browser loads by itself; links that one may click are another matter.
    [GeneratedRegex("""<(script[^>]*\ssrc|link[^>]*\shref|img[^>]*\ssrc)="(?<source>[^"]+)""")]
    private static partial Regex Source();
}
