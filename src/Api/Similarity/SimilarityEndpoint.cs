using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Similarity;

static class SimilarityEndpoint
{
    public static void MapSimilarity(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/similarity", CompareAsync).WithTags("Similarity")
            .WithExample(
                """{ "model": "fashion", "a": { "dataset": "fashion", "key": "test/000000.png" }, "b": { "dataset": "fashion", "key": "test/000001.png" } }""",
                typeof(SimilarityRequest))
            .WithUpload("Two pictures as the files a and b of a form, with the field model.", ["a", "b"], ["model"])
            .WithSummary("Compares two pictures, and says how that ranks among pairs that do not belong together.");

    /// <param name="model">Where the body names none.</param>
    private static async Task<SimilarityView> CompareAsync(string? model, HttpContext context, ModelStore models, Embedder embedder, PictureReader reader)
    {
        var (version, a, b) = await ReadAsync(model, context.Request, models, reader, context.RequestAborted);
        var embedded = await embedder.EmbedAsync(version, [a, b], context.RequestAborted);
        var (left, right) = (embedded.Vectors[0], embedded.Vectors[1]);
        var cosine = Math.Clamp(Dot(left, right), -1, 1);
        var background = embedded.Background;
        var percentile = background.Quantiles.Length > 1 ? background.Percentile(cosine) : (double?)null;
        return new SimilarityView(embedded.Model, cosine, Math.Sqrt(Math.Max(0, 2 - 2 * cosine)), percentile, BackgroundView.Of(background));
    }

    private static async Task<(ModelVersion Version, Picture A, Picture B)> ReadAsync(
        string? model, HttpRequest request, ModelStore models, PictureReader reader, CancellationToken stop)
    {
        if (request.HasFormContentType)
        {
            var form = await FormReader.ReadAsync(request, stop);
            FormReader.Allow(form, "model");
            var named = await models.RequireAsync(form["model"].FirstOrDefault() ?? model, stop);
            return (named, await FormPictures.ReadAsync(form, "a", stop), await FormPictures.ReadAsync(form, "b", stop));
        }

        MediaTypes.RequireJson(request, "or multipart/form-data");
        var body = await JsonBody.ReadAsync<SimilarityRequest>(request, stop);
        var version = await models.RequireAsync(body.Model ?? model, stop);
        return (version, await reader.ReadOneAsync(body.A, "a", stop), await reader.ReadOneAsync(body.B, "b", stop));
    }

    private static double Dot(float[] left, float[] right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
            sum += (double)left[i] * right[i];
        return sum;
    }
}
