using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>A saved state of a job.</summary>
/// <param name="Score">What ranks it, higher is better; null while nothing was evaluated.</param>
/// <param name="Pinned">It belongs to a model version and is kept for good.</param>
/// <param name="Weights">Where the encoder's weights download as safetensors.</param>
public sealed record CheckpointView(Guid Id, int Epoch, long Step, double? Score, long Bytes, string Sha256, bool Pinned, DateTime CreatedAt, string Weights)
{
    public static CheckpointView Of(Checkpoint c) =>
        new(c.Id, c.Epoch, c.Step, c.Score, c.Bytes, c.Sha256, c.Pinned, c.CreatedAt, $"/api/v1/checkpoints/{c.Id}/weights");
}
