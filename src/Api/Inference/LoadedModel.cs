using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Inference;

/// <summary>A model version in memory.</summary>
sealed record LoadedModel(ModelVersion Version, ModelCard Card, EmbeddingModel Network) : IDisposable
{
    /// <summary>Its full name: <c>name:version</c>.</summary>
    public string Name => $"{Version.Model}:{Version.Version}";

    public void Dispose() => Network.Dispose();
}
