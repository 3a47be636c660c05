namespace ContrastiveService.Api.Inference;

/// <summary>The right to use a model in memory until it is disposed; once is enough and more does no harm.</summary>
sealed class ModelLease(LoadedModel model, Action release) : IDisposable
{
    private Action? release = release;

    public LoadedModel Model => model;

    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}
