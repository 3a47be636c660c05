using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Weights;
using ContrastiveService.Training.Weights;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Weights;

static class WeightsEndpoints
{
    public static void MapWeights(this IEndpointRouteBuilder routes)
    {
        var weights = routes.MapGroup("/api/v1/weights").WithTags("Weights");
        weights.MapPost("/", UploadAsync)
            .WithUpload("The file as the body, or as the only file of a form.", ["file"], [], "application/octet-stream")
            .WithSummary("Takes weights in, as safetensors or as a .pth file. Names are unique, and weights never change.")
            .WithDescription(
                "A .pth file is read without running anything in it: tensors in plain containers are taken, whole pickled modules refused. Nested checkpoints and prefixes such as "
                + "`state_dict.module.encoder_q.` are understood when a job starts from the weights: `\"backbone\": { \"type\": \"resnet50\", \"pretrained\": \"my-weights\" }`. "
                + "The job's events say which tensors matched, which were missing, and which were left over.");
        weights.MapGet("/", ListAsync).WithSummary("Uploaded weights by name.");
        weights.MapGet("/{name}", GetAsync).WithSummary("Uploaded weights with all their tensors.");
        weights.MapDelete("/{name}", DeleteAsync).WithSummary("Deletes weights. Refused while a queued or running job starts from them; finished models do not need them.");
    }

    /// <param name="name">What jobs will call them: letters, digits, '.', '_' and '-'.</param>
    private static async Task<Created<WeightsDetails>> UploadAsync(string? name, HttpContext context, WeightsDesk desk)
    {
        var created = await desk.ReceiveAsync(name, context);
        return TypedResults.Created($"/api/v1/weights/{created.Name}", created);
    }

    private static Task<Page<WeightsView>> ListAsync(string? cursor, int? limit, WeightsStore store, CancellationToken cancellationToken) =>
        Cursor.PageAsync<StoredWeights, WeightsView, string>(
            cursor, limit, (after, take) => store.ListAsync(after, take, cancellationToken), w => w.Name, WeightsView.Of);

    private static async Task<WeightsDetails> GetAsync(string name, WeightsStore store, CancellationToken cancellationToken)
    {
        var weights = await store.GetAsync(name, cancellationToken) ?? throw Missing(name);
        await using var file = await store.OpenReadAsync(name, cancellationToken);
        return WeightsDetails.Of(weights, SafeTensors.ReadHeader(file));
    }

    private static async Task<NoContent> DeleteAsync(string name, WeightsStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(name, cancellationToken) ? TypedResults.NoContent() : throw Missing(name);

    private static ApiException Missing(string name) =>
        ApiException.NotFound("weights_not_found", $"There are no weights '{name}'. GET /api/v1/weights lists those there are.");
}
