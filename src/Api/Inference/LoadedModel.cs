using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Inference;

/// <summary>A model version in memory.</summary>
sealed record LoadedModel(ModelVersion Version, ModelCard Card, EmbeddingModel Network) : IDisposable
{
    /// <summary>Its full name: <c>name:version</c>.</summary>
    public string Name => $"{Version.Model}:{Version.Version}";

    /// <summary>Time of its network for one picture.</summary>
    public ServiceRate Rate { get; } = new();

    public void Dispose() => Network.Dispose();
}
