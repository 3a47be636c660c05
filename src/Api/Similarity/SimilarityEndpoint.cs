using System.Diagnostics;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Similarity;

static class SimilarityEndpoint
{
    public static void MapSimilarity(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/similarity").WithTags("Similarity").Queued();
        group.MapPost("/", CompareAsync)
            .WithExample(
                """
                { "model": "fashion", "a": { "dataset": "fashion", "key": "test/000000.png" }, "b": { "dataset": "fashion", "key": "test/000001.png" },
                  "falsePositiveRate": 0.01, "prior": 0.5 }
                """,
                typeof(SimilarityRequest))
            .WithUpload("Two pictures as the files a and b of a form, with the other members as fields.", ["a", "b"], ["model", "falsePositiveRate", "prior", "explain"])
            .WithSummary("Compares two pictures: cosine, P(same), a decision, and how the cosine ranks among pairs that do not belong together.")
            .WithDescription(
                "`probabilitySame` was calibrated on pictures that were held out from training; it holds where the share `prior` of the pairs that are asked about is the same. "
                + "`decision.same` accepts at most the share `falsePositiveRate` of the pairs that are not; `expectedMissRate` is the price. Where too little was held out, "
                + "both are null and `reason` says what is lacking. With `explain` each picture gets a map of what its parts add to the cosine. What makes pictures the same, labels or views, is in the model version's `calibration`.");
        group.MapMatrix();
    }

    /// <param name="model">Where the body names none.</param>
    private static async Task<TimedJson<SimilarityView>> CompareAsync(string? model, HttpContext context, ModelDirectory models, Embedder embedder, PictureReader reader)
    {
        var (version, a, b, rate, prior, explain) = await ReadAsync(model, context.Request, models, reader, context.RequestAborted);
        if (!explain)
        {
            var embedded = await embedder.EmbedAsync(version, [a, b], context.RequestAborted);
            var cosine = UnitVectors.Cosine(embedded.Vectors[0], embedded.Vectors[1]);
            return new(View(embedded.Model, cosine, embedded.Card, rate, prior, null), embedded.Timings);
        }

        // One pass for both: the parts make exactly the cosine that is told.
        var explained = await embedder.ExplainAsync(version, a, b, context.RequestAborted);
        var start = Stopwatch.GetTimestamp();
        var view = View(explained.Model, explained.Explanation.Cosine, explained.Card, rate, prior, ExplanationView.Of(explained));
        return new(view, explained.Timings with { Drawing = Stopwatch.GetElapsedTime(start) });
    }

    private static SimilarityView View(string model, double cosine, ModelCard card, double rate, double prior, ExplanationView? explanation)
    {
        var background = card.Background;
        var percentile = background.Quantiles.Length > 1 ? background.Percentile(cosine) : (double?)null;
        var likelihood = new Likelihood(card, prior);
        return new SimilarityView(
            model, cosine, Math.Sqrt(Math.Max(0, 2 - 2 * cosine)), percentile, likelihood.ProbabilitySame(cosine), prior, likelihood.Reason,
            DecisionView.Of(likelihood.At(rate), cosine), explanation, BackgroundView.Of(background));
    }

    private static async Task<(ModelVersion Version, Picture A, Picture B, double Rate, double Prior, bool Explain)> ReadAsync(
        string? model, HttpRequest request, ModelDirectory models, PictureReader reader, CancellationToken stop)
    {
        if (request.HasFormContentType)
        {
            var form = await FormReader.ReadAsync(request, stop);
            FormReader.Allow(form, "model", "falsePositiveRate", "prior", "explain");
            var (rate, prior) = (Likelihood.RequireRate(form.Number("falsePositiveRate")), Likelihood.RequirePrior(form.Number("prior")));
            var wanted = form.Switch("explain");
            var named = await models.RequireAsync(form["model"].FirstOrDefault() ?? model, stop);
            return (named, await FormPictures.ReadAsync(form, "a", stop), await FormPictures.ReadAsync(form, "b", stop), rate, prior, wanted);
        }

        MediaTypes.RequireJson(request, "or multipart/form-data");
        var body = await JsonBody.ReadAsync<SimilarityRequest>(request, stop);
        var (falsePositiveRate, share) = (Likelihood.RequireRate(body.FalsePositiveRate), Likelihood.RequirePrior(body.Prior));
        var version = await models.RequireAsync(body.Model ?? model, stop);
        return (version, await reader.ReadOneAsync(body.A, "a", stop), await reader.ReadOneAsync(body.B, "b", stop), falsePositiveRate, share, body.Explain);
    }
}
