using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Embeddings;

static class EmbeddingEndpoint
{
    private const string MaxInputs = "Api:MaxInputs";

    public static void MapEmbeddings(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/embeddings", EmbedAsync).WithTags("Embeddings")
            .WithExample(
                $$"""{ "model": "fashion", "input": ["{{PictureExamples.Square}}", { "dataset": "fashion", "key": "test/000000.png" }], "encoding": "float" }""",
                typeof(EmbeddingsRequest))
            .WithUpload(
                "A picture as the body with ?model=, or pictures as files of a form with the fields model and encoding.", ["file"], ["model", "encoding"],
                "image/*")
            .AddEndpointFilter<QueueHeaders>()
            .WithSummary("Embeds pictures; every vector has length 1.");

    /// <param name="model">For a picture as the body: name, name:version or name@alias.</param>
    /// <param name="encoding">For a picture as the body: float or base64.</param>
    private static async Task<TimedJson<EmbeddingsView>> EmbedAsync(
        string? model, string? encoding, HttpContext context, ModelDirectory models, Embedder embedder, PictureReader reader, IOptions<ApiOptions> options)
    {
        var request = context.Request;
        var stop = context.RequestAborted;
        if (request.HasJsonContentType())
        {
            var body = await JsonBody.ReadAsync<EmbeddingsRequest>(request, stop);
            var version = await models.RequireAsync(body.Model ?? model, stop);
            return await EmbedAsync(version, await reader.ReadAsync(body.Input, "input", options.Value.MaxInputs, MaxInputs, stop), body.Encoding);
        }

        if (request.HasFormContentType)
        {
            var form = await FormReader.ReadAsync(request, stop);
            FormReader.Allow(form, "model", "encoding");
            var version = await models.RequireAsync(form["model"].FirstOrDefault() ?? model, stop);
            return await EmbedAsync(
                version, await FormPictures.ReadAllAsync(form, options.Value.MaxInputs, MaxInputs, stop), Encoding(form["encoding"].FirstOrDefault() ?? encoding));
        }

        if (request.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) != true)
            MediaTypes.RequireJson(request, "multipart/form-data, or a picture as image/png, image/jpeg, image/webp, image/gif or image/bmp");
        return await EmbedAsync(await models.RequireAsync(model, stop), [await RawPicture.ReadAsync(request, options.Value, stop)], Encoding(encoding));

        async Task<TimedJson<EmbeddingsView>> EmbedAsync(ModelVersion version, IReadOnlyList<Picture> pictures, VectorEncoding how)
        {
            var embedded = await embedder.EmbedAsync(version, pictures, stop);
            return new(new(embedded.Model, embedded.Width, [.. embedded.Vectors.Select((v, i) => EmbeddingView.Of(i, v, how))]), embedded.Timings);
        }
    }

    private static VectorEncoding Encoding(string? name) => name switch
    {
        null or "" or "float" => VectorEncoding.Float,
        "base64" => VectorEncoding.Base64,
        _ => throw ApiException.BadRequest("encoding", $"There is no encoding '{name}'. There are: float, base64."),
    };
}
