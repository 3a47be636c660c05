using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>OpenAI's request for a fine-tuning job, with a data set where it has a file and a backbone where it has a model.</summary>
/// <param name="Model">The backbone to train; <c>GET /api/v1/backbones</c> lists them.</param>
/// <param name="TrainingFile">A data set's name.</param>
/// <param name="ValidationFile">Not taken: what is held out comes from the data set itself.</param>
/// <param name="Hyperparameters">OpenAI's older place for them; <c>method.supervised.hyperparameters</c> is the newer.</param>
/// <param name="Method">How to learn. Left out: <c>supervised</c> where every picture has a label, else <c>simclr</c>.</param>
/// <param name="Suffix">
/// The model is called after the data set, a dash and this; after the data set alone where it is left out. At most 64 letters, digits, '.', '_' and '-'.
/// </param>
/// <param name="Seed">0 to 2147483647; 1 when left out.</param>
/// <param name="Metadata">At most 16 texts, names up to 64 and values up to 512 characters.</param>
/// <param name="Integrations">None are offered.</param>
/// <param name="Plan">
/// Beyond OpenAI: further members of a training job, as <c>POST /api/v1/training-jobs</c> takes them (views, optimizer, imageSize, device, …).
/// </param>
public sealed record CreateFineTuningJob(
    string? Model,
    [property: JsonPropertyName("training_file")] string? TrainingFile,
    [property: JsonPropertyName("validation_file")] string? ValidationFile,
    FineTuningHyperparameters? Hyperparameters,
    FineTuningMethod? Method,
    string? Suffix,
    long? Seed,
    IReadOnlyDictionary<string, string?>? Metadata,
    JsonElement? Integrations,
    JsonElement? Plan);
