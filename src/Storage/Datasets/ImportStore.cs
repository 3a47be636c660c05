namespace ContrastiveService.Storage.Datasets;

/// <summary>Uploads into data sets. An import is all or nothing: success publishes one new version, failure leaves nothing behind.</summary>
public sealed class ImportStore(Database database)
{
    /// <exception cref="NotFoundException">No such data set.</exception>
    public Task<DatasetImport> StartAsync(Guid datasetId, string source, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<DatasetImport?> GetAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Where it stands; also the sign of life that <see cref="FailAbandonedAsync"/> looks for. <paramref name="state"/> is receiving or running.</summary>
    public Task ProgressAsync(Guid id, string state, long bytesReceived, long bytesDone, long bytesTotal, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Notes entries that could not be taken, and why.</summary>
    public Task RejectAsync(Guid id, IReadOnlyList<(string Key, string Reason)> rejects, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Publishes its items as the data set's next version. An import that added nothing publishes nothing.</summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    public Task<DatasetImport> SucceedAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Takes its items back and keeps the reason.</summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    public Task<DatasetImport> FailAsync(Guid id, string error, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Imports of a data set, newest first.</summary>
    public Task<IReadOnlyList<DatasetImport>> ListAsync(Guid datasetId, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>What the imports of a data set could not take, in order of id, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<RejectedItem>> RejectsAsync(Guid datasetId, long? after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Fails imports that showed no sign of life for <paramref name="silence"/>: their process is gone.</summary>
    /// <returns>How many.</returns>
    public Task<int> FailAbandonedAsync(TimeSpan silence, CancellationToken cancellationToken) => throw new NotImplementedException();
}
