using System.Diagnostics;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Inference;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Similarity;

static class MatrixEndpoint
{
    private const string MaxSide = "Api:MaxMatrixSide";

    public static void MapMatrix(this IEndpointRouteBuilder similarity) =>
        similarity.MapPost("/matrix", CompareAsync)
            .WithExample(
                $$"""
                { "model": "fashion", "a": [{ "dataset": "fashion", "key": "test/000000.png" }, "{{PictureExamples.Square}}"],
                  "b": [{ "dataset": "fashion", "key": "test/000001.png" }], "probabilities": true }
                """,
                typeof(MatrixRequest))
            .WithUpload(
                "Pictures as files of a form in the fields a and b, as many in each as there are, with the other members as fields.", ["a", "b"],
                ["model", "probabilities", "prior"])
            .WithSummary("Compares each picture of one list with each of another, at most 1,000 on a side unless Api:MaxMatrixSide says otherwise.");

    /// <param name="model">Where the body names none.</param>
    private static async Task<TimedJson<MatrixView>> CompareAsync(
        string? model, HttpContext context, ModelDirectory models, Embedder embedder, PictureReader reader, InferenceThreads inference, IOptions<ApiOptions> options)
    {
        var stop = context.RequestAborted;
        var (version, a, b, probabilities, prior) = await ReadAsync(model, context.Request, models, reader, options.Value.MaxMatrixSide, stop);
        var embedded = await embedder.EmbedAsync(version, [.. a, .. b], stop);
        var (rows, columns) = (embedded.Vectors[..a.Count], embedded.Vectors[a.Count..]);
        var start = Stopwatch.GetTimestamp();
        var (cosines, computing) = await inference.RunAsync(
            Caller.Of(context, a.Count + b.Count, options.Value),
            () =>
            {
                var began = Stopwatch.GetTimestamp();
                return (CosineMatrix.Of(rows, columns), Stopwatch.GetElapsedTime(began));
            },
            stop);
        var timings = embedded.Timings.Then(Stopwatch.GetElapsedTime(start), computing);
        if (!probabilities)
            return new(new(embedded.Model, cosines, null, null, null), timings);
        var likelihood = new Likelihood(embedded.Card, prior);
        var same = likelihood.Reason is null ? Array.ConvertAll(cosines, row => Array.ConvertAll(row, cosine => (float)likelihood.ProbabilitySame(cosine)!.Value)) : null;
        return new(new(embedded.Model, cosines, same, prior, likelihood.Reason), timings);
    }

    private static async Task<(ModelVersion Version, IReadOnlyList<Picture> A, IReadOnlyList<Picture> B, bool Probabilities, double Prior)> ReadAsync(
        string? model, HttpRequest request, ModelDirectory models, PictureReader reader, int most, CancellationToken stop)
    {
        if (request.HasFormContentType)
        {
            var form = await FormReader.ReadAsync(request, stop);
            FormReader.Allow(form, "model", "probabilities", "prior");
            var (wanted, prior) = (form.Switch("probabilities"), Likelihood.RequirePrior(form.Number("prior")));
            var named = await models.RequireAsync(form["model"].FirstOrDefault() ?? model, stop);
            return (named, await FormPictures.ReadAllAsync(form, "a", most, MaxSide, stop), await FormPictures.ReadAllAsync(form, "b", most, MaxSide, stop), wanted, prior);
        }

        MediaTypes.RequireJson(request, "or multipart/form-data");
        var body = await JsonBody.ReadAsync<MatrixRequest>(request, stop);
        var share = Likelihood.RequirePrior(body.Prior);
        var version = await models.RequireAsync(body.Model ?? model, stop);
        return (version, await reader.ReadAsync(body.A, "a", most, MaxSide, stop), await reader.ReadAsync(body.B, "b", most, MaxSide, stop), body.Probabilities, share);
    }
}
