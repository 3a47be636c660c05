using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.TrainingJobs;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>From a fine-tuning request to a queued job, by the way of <see cref="JobSubmission"/>.</summary>
sealed class FineTuningSubmission(JobSubmission submission, DatasetStore datasets, ModelStore models, TrainingJobStore jobs)
{
    /// <param name="body">The request.</param>
    /// <param name="sent">How it was sent.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <exception cref="ApiException">The request is not one, or names what is not there.</exception>
    /// <exception cref="PlanException">The plan cannot be run; it speaks of the request's members.</exception>
    public async Task<(TrainingJob Job, bool Created)> SubmitAsync(JsonElement body, SentRequest sent, CancellationToken cancellationToken)
    {
        var key = JobSubmission.CheckKey(sent.IdempotencyKey);
        var asked = Read(body);
        var translation = new FineTuningTranslation(asked);
        await CheckModelAsync(asked.Model!, cancellationToken);
        var job = await PrepareAsync(translation, cancellationToken);
        if (key is not null)
            return await jobs.CreateAsync(job, key, JobSubmission.Hash(body), cancellationToken);
        var hash = JobSubmission.Hash(body, $"/v1/fine_tuning/jobs {sent.Caller} ");
        return await jobs.CreateAsync(job, new KeylessTry(hash, sent.Kind, sent.Arrived), cancellationToken);
    }

    private async Task<NewTrainingJob> PrepareAsync(FineTuningTranslation translation, CancellationToken cancellationToken)
    {
        try
        {
            var data = await JobData.FindAsync(translation.Request, datasets, cancellationToken);
            return await submission.PrepareAsync(data, translation.Resolve(data.Facts), cancellationToken) with { FineTuning = translation.Terms };
        }
        catch (PlanException e)
        {
            throw new PlanException([.. e.Errors.Select(error => error with { Param = translation.Param(error.Param) })]);
        }
        catch (ApiException e) when (e.Param == "dataset" || e.Param?.StartsWith("domains.", StringComparison.Ordinal) == true)
        {
            throw new ApiException(e.Status, e.Code, e.Message, translation.Param(e.Param));
        }
    }

    private static CreateFineTuningJob Read(JsonElement body)
    {
        try
        {
            return body.Deserialize<CreateFineTuningJob>(ApiJson.Options) ?? throw ApiException.BadRequest(null, "The body is null; a JSON object is needed.");
        }
        catch (JsonException e)
        {
            throw JsonFault.Describe(e, typeof(CreateFineTuningJob));
        }
    }

    private async Task CheckModelAsync(string model, CancellationToken cancellationToken)
    {
        if (BackboneCatalog.All.Any(b => b.Name == model))
            return;
        var backbones = string.Join(", ", BackboneCatalog.All.Select(b => b.Name));
        if (await models.ResolveAsync(model, cancellationToken) is null)
            throw ApiException.NotFound("model_not_found", $"There is no backbone '{model}'. There are: {backbones}.", "model");
        throw ApiException.BadRequest(
            "model",
            $"'{model}' is a trained model, and a job starts from a backbone ({backbones}). To go on from its weights, download them from "
            + "/api/v1/checkpoints/{id}/weights, upload them with POST /api/v1/weights?name=…, and name them in plan.backbone.pretrained.");
    }
}
