using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.OpenAi.FineTuning;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.OpenAi;

/// <summary>The door for unmodified OpenAI clients: its paths, its shapes, its errors.</summary>
static class OpenAiEndpoints
{
    private const int Page = 1000;

    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        var door = routes.MapGroup("/v1").WithTags("OpenAI-compatible");
        door.MapPost("/embeddings", EmbedAsync)
            .WithExample($$"""{ "model": "fashion", "input": ["{{PictureExamples.Square}}"], "encoding_format": "float" }""")
            .Queued()
            .WithSummary("Embeds pictures sent as data URIs, in OpenAI's shapes.");
        door.MapGet("/models", ListAsync).WithSummary("Models, in OpenAI's shapes.");
        door.MapGet("/models/{id}", GetAsync).WithSummary("A model by name, name:version or name@alias, in OpenAI's shapes.");
        door.MapFineTuning();
        door.MapUploads();
    }

    private static async Task<TimedJson<OpenAiEmbeddings>> EmbedAsync(
        OpenAiEmbeddingsRequest body, ModelDirectory models, Embedder embedder, PictureReader reader, IOptions<ApiOptions> options,
        CancellationToken cancellationToken)
    {
        var base64 = body.EncodingFormat switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw ApiException.BadRequest("encoding_format", $"There is no encoding_format '{body.EncodingFormat}'. There are: float, base64."),
        };
        var version = await models.RequireAsync(body.Model, cancellationToken);
        if (body.Dimensions is { } dimensions && dimensions != version.Width)
            throw ApiException.BadRequest(
                "dimensions",
                $"{version.Model}:{version.Version} makes vectors of {version.Width} dimensions, and a part of one would not be an embedding. Leave dimensions out.");
        var pictures = await reader.ReadAsync(body.Input, "input", options.Value.MaxInputs, "Api:MaxInputs", cancellationToken);
        var embedded = await embedder.EmbedAsync(version, pictures, cancellationToken);
        return new(new("list", [.. embedded.Vectors.Select((v, i) => OpenAiEmbedding.Of(i, v, base64))], embedded.Model, new(pictures.Count, pictures.Count)), embedded.Timings);
    }

    private static async Task<OpenAiModels> ListAsync(ModelStore models, CancellationToken cancellationToken)
    {
        var found = new List<OpenAiModel>();
        IReadOnlyList<Model> page;
        do
        {
            page = await models.ListAsync(found.Count == 0 ? null : found[^1].Id, Page, cancellationToken);
            found.AddRange(page.Select(m => OpenAiModel.Of(m.Name, m.CreatedAt)));
        }
        while (page.Count == Page);
        return new("list", found);
    }

    private static async Task<OpenAiModel> GetAsync(string id, ModelDirectory models, CancellationToken cancellationToken)
    {
        var version = await models.RequireAsync(id, cancellationToken);
        return OpenAiModel.Of(id, version.CreatedAt);
    }
}
