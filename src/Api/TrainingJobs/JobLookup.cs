using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

static class JobLookup
{
    /// <exception cref="ApiException">404: there is no job of that id.</exception>
    public static async Task<TrainingJob> FindAsync(this TrainingJobStore jobs, Guid id, CancellationToken cancellationToken) =>
        await jobs.GetAsync(id, cancellationToken) ?? throw Missing(id);

    public static ApiException Missing(Guid id) =>
        ApiException.NotFound("job_not_found", $"There is no training job {id}. GET /api/v1/training-jobs lists those there are.");

    public static bool HasEnded(this TrainingJob job) => job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}
