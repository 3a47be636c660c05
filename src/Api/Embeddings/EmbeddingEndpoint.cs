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
                "A picture as the body with ?model=, or pictures as files of a form with the fields model, encoding and onError.", ["file"], ["model", "encoding", "onError"],
                "image/*")
            .Queued()
            .WithSummary("Embeds pictures; every vector has length 1.")
            .WithDescription(
                "A picture that cannot be embedded is named, `input[3]`, and refuses the whole request. With `onError: \"report\"` the answer is 200 all the same: `data` has the vectors of the others under "
                + "their `index`, and `errors` says of each that has none its `index`, `param`, `code` and `message`. Other requests are never touched.");

    /// <param name="model">For a picture as the body: name, name:version or name@alias.</param>
    /// <param name="encoding">For a picture as the body: float or base64.</param>
    /// <param name="onError">For a picture as the body: refuse or report.</param>
    private static async Task<TimedJson<EmbeddingsView>> EmbedAsync(
        string? model, string? encoding, string? onError, HttpContext context, ModelDirectory models, Embedder embedder, PictureReader reader, IOptions<ApiOptions> options)
    {
        var request = context.Request;
        var stop = context.RequestAborted;
        if (request.HasJsonContentType())
        {
            var body = await JsonBody.ReadAsync<EmbeddingsRequest>(request, stop);
            var version = await models.RequireAsync(body.Model ?? model, stop);
            var read = await reader.ReadAsync(body.Input, "input", options.Value.MaxInputs, MaxInputs, stop, body.OnError);
            return await EmbedAsync(version, read, body.Encoding, body.OnError);
        }

        if (request.HasFormContentType)
        {
            var form = await FormReader.ReadAsync(request, stop);
            FormReader.Allow(form, "model", "encoding", "onError");
            var (written, handling) = (Encoding(form["encoding"].FirstOrDefault() ?? encoding), FormFields.Handling(form["onError"].FirstOrDefault() ?? onError));
            var version = await models.RequireAsync(form["model"].FirstOrDefault() ?? model, stop);
            return await EmbedAsync(version, await FormPictures.ReadAllAsync(form, options.Value.MaxInputs, MaxInputs, stop), written, handling);
        }

        if (request.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) != true)
            MediaTypes.RequireJson(request, "multipart/form-data, or a picture as image/png, image/jpeg, image/webp, image/gif or image/bmp");
        var (how, what) = (Encoding(encoding), FormFields.Handling(onError));
        return await EmbedAsync(await models.RequireAsync(model, stop), [await RawPicture.ReadAsync(request, options.Value, stop)], how, what);

        async Task<TimedJson<EmbeddingsView>> EmbedAsync(ModelVersion version, IReadOnlyList<Picture> pictures, VectorEncoding how, ErrorHandling what)
        {
            var embedded = await embedder.EmbedAsync(version, pictures, stop, what);
            return new(EmbeddingsView.Of(embedded, how), embedded.Timings);
        }
    }

    private static VectorEncoding Encoding(string? name) => name switch
    {
        null or "" or "float" => VectorEncoding.Float,
        "base64" => VectorEncoding.Base64,
        _ => throw ApiException.BadRequest("encoding", $"There is no encoding '{name}'. There are: float, base64."),
    };
}
