using System.Text.Json;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.TrainingJobs;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Views;

static class ViewEndpoints
{
    private const string Png = "image/png";

    public static void MapViews(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/views/preview", PreviewAsync).WithTags("Views")
            .WithExample("""
                { "dataset": "fashion", "method": "simclr", "views": { "crop": { "scale": [0.3, 1.0] } }, "count": 8, "perItem": 8, "seed": 1 }
                """)
            .Produces(StatusCodes.Status200OK, null, Png)
            .WithSummary("A contact sheet (PNG) of random views, made by the code that trains.")
            .WithDescription(
                "A row for each picture: first as decoded, then its views. Only `dataset` is required; `views`, `imageSize` and `channels` have the defaults that a "
                + "job with this `method` on these data would have. `items` names the pictures by key; without it the seed chooses `count` of them. "
                + "The same request gives the same sheet as long as the data set is the same.");

    private static async Task<FileContentHttpResult> PreviewAsync(
        JsonElement body, DatasetStore datasets, PreviewPictures pictures, PreviewSheet sheet, CancellationToken cancellationToken)
    {
        var data = await JobData.FindAsync(body, datasets, cancellationToken);
        var plan = ViewPreviewPlan.Resolve(body, data.Facts);
        return TypedResults.Bytes(await sheet.MakeAsync(plan, await pictures.ReadAsync(data.Dataset, plan, cancellationToken), cancellationToken), Png);
    }
}
