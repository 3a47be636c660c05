namespace ContrastiveService.Api.Inference;

/// <summary>The right to use a model in memory until it is disposed.</summary>
sealed class ModelLease(LoadedModel model, Action release) : IDisposable
{
    public LoadedModel Model => model;

    public void Dispose() => release();
}
