using System.Net;
using System.Text.Json;

namespace ContrastiveService.Service.Tests;

/// <summary>What the server said.</summary>
static class Answer
{
    /// <summary>The body of an answer that must have this status.</summary>
    public static async Task<JsonElement> JsonAsync(this Task<HttpResponseMessage> sending, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    /// <summary>Checks that it is the one error body, and that it names the culprit.</summary>
    /// <returns>The message.</returns>
    public static async Task<string> ProblemAsync(this Task<HttpResponseMessage> sending, HttpStatusCode expected, string code, string? param = null)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        using var json = JsonDocument.Parse(text);
        var (problem, error) = (json.RootElement, json.RootElement.GetProperty("error"));
        problem.Text("type").ShouldBe("about:blank");
        problem.Text("title").ShouldNotBeNullOrEmpty();
        problem.GetProperty("status").GetInt32().ShouldBe((int)expected);
        problem.Text("traceId").ShouldNotBeNullOrEmpty();
        problem.Text("instance").ShouldBe(response.RequestMessage!.RequestUri!.AbsolutePath);
        error.Text("type").ShouldBe(expected switch { HttpStatusCode.TooManyRequests => "rate_limit_error", >= HttpStatusCode.InternalServerError => "server_error", _ => "invalid_request_error" });
        error.Text("code").ShouldBe(code, text);
        error.Text("param").ShouldBe(param, text);
        error.Text("message").ShouldBe(problem.Text("detail"));
        text.ShouldNotContain("ContrastiveService.", Case.Sensitive);
        text.ShouldNotContain("   at ", Case.Sensitive);
        return error.Text("message")!;
    }

    public static string? Text(this JsonElement json, string member) => json.GetProperty(member).GetString();

    public static int Number(this JsonElement json, string member) => json.GetProperty(member).GetInt32();

    public static IReadOnlyList<JsonElement> Items(this JsonElement json, string member = "items") => [.. json.GetProperty(member).EnumerateArray()];
}
