using System.Diagnostics;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Api.Inference;

/// <summary>Brings a model version from the database into memory and runs it once, so that its first caller does not wait for libtorch to warm up.</summary>
sealed partial class ModelLoader(CheckpointStore checkpoints, InferenceThreads inference, ILogger<ModelLoader> logger)
{
    private const int WarmUp = 8;

    /// <exception cref="ApiException">500: it gives no finite numbers, whatever the picture.</exception>
    public async Task<LoadedModel> LoadAsync(ModelVersion version)
    {
        var watch = Stopwatch.StartNew();
        await using var weights = await checkpoints.OpenReadAsync(version.CheckpointId, CancellationToken.None);
        // Loading computes nothing large, but it blocks; a thread of its own keeps it off the pool that serves requests.
        var model = await Task.Factory.StartNew(() => Load(version, weights), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await WarmAsync(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        LogLoaded(logger, model.Name, watch.ElapsedMilliseconds);
        return model;
    }

    private async Task WarmAsync(LoadedModel model)
    {
        var (size, channels) = (model.Network.Preprocessing.Size, model.Network.Preprocessing.Channels);
        var blank = new byte[channels * size * size];
        await inference.RunAsync(Caller.Itself, () => model.Network.Embed([blank]), CancellationToken.None);
        // A second time, warm and several at once: what admission reckons with first.
        var warm = await inference.RunAsync(Caller.Itself, model, [.. Enumerable.Repeat(blank, WarmUp)], CancellationToken.None);
        if (warm.Faults.Values.FirstOrDefault() is { } fault)
            throw fault is NotFiniteException
                ? new ApiException(
                    StatusCodes.Status500InternalServerError, "not_finite", $"{model.Name} gives no finite numbers even for a blank picture: it was trained to nothing. Name another version.", "model")
                : fault;
    }

    private static LoadedModel Load(ModelVersion version, Stream weights)
    {
        var card = ModelCard.FromJson(version.Card);
        var network = EmbeddingModel.Load(TrainingPlan.FromJson(version.Plan), card.Preprocessing, weights, Compute.Choose(DeviceKind.Auto));
        return new LoadedModel(version, card, network);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded model {Model} in {Milliseconds} ms")]
    private static partial void LogLoaded(ILogger logger, string model, long milliseconds);
}
