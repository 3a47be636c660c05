namespace ContrastiveService.Api.Startup;

/// <summary>Whether this process should be sent requests.</summary>
sealed class Readiness(IHostApplicationLifetime lifetime)
{
    private volatile bool migrated;
    private volatile bool draining;

    /// <summary>The schema is up to date; before that no request can be answered.</summary>
    public bool Migrated => migrated;

    /// <summary>The process is about to stop.</summary>
    public bool Draining => draining || lifetime.ApplicationStopping.IsCancellationRequested;

    public void SchemaIsReady() => migrated = true;

    public void Drain() => draining = true;
}
