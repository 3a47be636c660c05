using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Training;
using ContrastiveService.Training.Weights;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace ContrastiveService.Api.Checkpoints;

static class CheckpointEndpoints
{
    /// <summary>How checkpoints name the encoder's tensors; behind it stand torchvision's names.</summary>
    private const string EncoderPrefix = "backbone.";

    public static void MapCheckpoints(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/checkpoints/{id:guid}/weights", WeightsAsync).WithTags("Checkpoints")
            .Produces(StatusCodes.Status200OK, null, "application/octet-stream")
            .WithSummary("The encoder's weights as safetensors with torchvision's names. Range requests work.");

    private static async Task<FileStreamHttpResult> WeightsAsync(
        Guid id, CheckpointStore checkpoints, TrainingJobStore jobs, CancellationToken cancellationToken)
    {
        var checkpoint = await checkpoints.GetAsync(id, cancellationToken)
            ?? throw ApiException.NotFound("checkpoint_not_found", $"There is no checkpoint {id}. A job keeps its newest and its best.");
        var job = await jobs.GetAsync(checkpoint.JobId, cancellationToken)
            ?? throw ApiException.NotFound("checkpoint_not_found", $"The job of checkpoint {id} is gone.");
        var plan = TrainingPlan.FromJson(job.Plan);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["backbone"] = plan.Backbone.Type,
            ["job"] = job.Id.ToString(),
            ["epoch"] = $"{checkpoint.Epoch}",
            ["plan"] = job.Plan,
        };
        var weights = new SafeTensorsSubset(await checkpoints.OpenReadAsync(id, cancellationToken), EncoderPrefix, metadata);
        return TypedResults.File(
            weights,
            "application/octet-stream",
            $"{job.Name}-epoch{checkpoint.Epoch}-{plan.Backbone.Type}.safetensors",
            lastModified: checkpoint.CreatedAt,
            entityTag: new EntityTagHeaderValue($"\"{checkpoint.Sha256}-encoder\""),
            enableRangeProcessing: true);
    }
}
