namespace ContrastiveService.Api.Inference;

/// <summary>What waits for the inference thread.</summary>
abstract class ThreadWork
{
    /// <summary>Does it on the calling thread. Whatever goes wrong is its sender's to hear; this does not throw.</summary>
    public abstract void Run();
}
