using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Inference;

/// <summary>A model version in memory. The queue looks it up by itself, not by what is in it: loaded twice it is two.</summary>
sealed class LoadedModel(ModelVersion version, ModelCard card, EmbeddingModel network) : IDisposable
{
    public ModelVersion Version => version;

    public ModelCard Card => card;

    public EmbeddingModel Network => network;

    /// <summary>Its full name: <c>name:version</c>.</summary>
    public string Name => $"{version.Model}:{version.Version}";

    /// <summary>Time of its network for one picture.</summary>
    public ServiceRate Rate { get; } = new();

    public void Dispose() => network.Dispose();
}
