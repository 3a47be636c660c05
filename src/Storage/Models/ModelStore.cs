using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Storage.Models;

/// <summary>The registry: models, their versions, and aliases that move between them.</summary>
public sealed class ModelStore(Database database)
{
    /// <summary>Moves by itself to every new version.</summary>
    public const string LatestAlias = "latest";

    /// <summary>What a bare model name means, once it is set.</summary>
    public const string ProductionAlias = "production";

    /// <summary>
    /// Ends the job as succeeded with a new version of <paramref name="model"/>: next number, checkpoint kept for good, <see cref="LatestAlias"/> moved, all in one transaction.
    /// </summary>
    /// <returns>Null when the lease is lost; nothing was written.</returns>
    /// <exception cref="NotFoundException">The job has no such checkpoint.</exception>
    public Task<ModelVersion?> RegisterAsync(
        JobLease lease, string model, Guid checkpointId, string plan, string card, int width, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Models by name, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<Model>> ListAsync(string? after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<Model?> GetAsync(string model, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<ModelVersion?> GetAsync(string model, int version, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Versions of a model, newest first.</summary>
    public Task<IReadOnlyList<ModelVersion>> VersionsAsync(string model, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary><c>name:version</c>, <c>name@alias</c>, or a bare name: its production version if there is one, else its latest.</summary>
    public Task<ModelVersion?> ResolveAsync(string reference, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Points an alias at a version. <paramref name="ifMatchRevision"/>: null moves it whatever it is; 0 only creates it; otherwise it must still have that revision.</summary>
    /// <exception cref="NotFoundException">No such version.</exception>
    /// <exception cref="PreconditionFailedException">The alias has another revision.</exception>
    /// <exception cref="ArgumentException">The alias is <see cref="LatestAlias"/>, which moves by itself, or not a name.</exception>
    public Task<ModelAlias> SetAliasAsync(string model, string alias, int version, long? ifMatchRevision, CancellationToken cancellationToken) => throw new NotImplementedException();
}
