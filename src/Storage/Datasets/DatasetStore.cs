namespace ContrastiveService.Storage.Datasets;

/// <summary>Data sets: names, published versions, and what a version holds.</summary>
public sealed class DatasetStore(Database database)
{
    /// <exception cref="NameTakenException">The name is in use.</exception>
    public Task<Dataset> CreateAsync(string name, string? description, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<Dataset?> GetAsync(string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<Dataset?> GetAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Data sets by name, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<Dataset>> ListAsync(string? after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Counts over the items that <paramref name="version"/> holds.</summary>
    public Task<DatasetStatistics> StatisticsAsync(Guid id, int version, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <returns>Whether it was there.</returns>
    /// <exception cref="InUseException">A queued or running job, or an unfinished import, uses it.</exception>
    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();
}
