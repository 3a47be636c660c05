using Dapper;
using Npgsql;

namespace ContrastiveService.Storage.Datasets;

/// <summary>Uploads into data sets. An import is all or nothing: success publishes one new version, failure leaves nothing behind.</summary>
public sealed class ImportStore(Database database)
{
    const string Columns =
        """
        id, dataset_id as DatasetId, state, source, bytes_received as BytesReceived, bytes_done as BytesDone, bytes_total as BytesTotal,
        added, duplicates, content_duplicates as ContentDuplicates, rejected, error, created_at as CreatedAt, updated_at as UpdatedAt, coalesce(version, 0) as Version
        """;

    /// <exception cref="NotFoundException">No such data set.</exception>
    public async Task<DatasetImport> StartAsync(Guid datasetId, string source, CancellationToken cancellationToken)
    {
        const string sql = $"""
            insert into dataset_import (id, dataset_id, state, source)
            select @id, d.id, 'receiving', @source from dataset d where d.id = @datasetId for share
            returning {Columns}
            """;
        return await database.FirstAsync<DatasetImport>(sql, new { id = Guid.CreateVersion7(), datasetId, source }, cancellationToken)
            ?? throw new NotFoundException($"There is no data set {datasetId}.");
    }

    public Task<DatasetImport?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        database.FirstAsync<DatasetImport>($"select {Columns} from dataset_import where id = @id", new { id }, cancellationToken);

    /// <summary>
    /// Where it stands; also the sign of life that <see cref="FailAbandonedAsync"/> looks for. <paramref name="state"/> is receiving or running.
    /// </summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    public async Task ProgressAsync(Guid id, string state, long bytesReceived, long bytesDone, long bytesTotal, CancellationToken cancellationToken)
    {
        if (state is not (ImportState.Receiving or ImportState.Running))
            throw new ArgumentException($"'{state}' is not a state of an import under way: end it by success or failure.", nameof(state));
        const string sql = """
            update dataset_import
            set state = @state, bytes_received = @bytesReceived, bytes_done = @bytesDone, bytes_total = @bytesTotal, updated_at = now()
            where id = @id and state in ('receiving', 'running')
            """;
        if (await database.ExecuteAsync(sql, new { id, state, bytesReceived, bytesDone, bytesTotal }, cancellationToken) == 0)
            throw Ended(id);
    }

    /// <summary>Notes entries that could not be taken, and why.</summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    public async Task RejectAsync(Guid id, IReadOnlyList<(string Key, string Reason)> rejects, CancellationToken cancellationToken)
    {
        const string sql = """
            with import as (
                update dataset_import set rejected = rejected + cardinality(@keys), updated_at = now()
                where id = @id and state in ('receiving', 'running') returning id
            ), reject as (
                insert into dataset_reject (import_id, key, reason) select import.id, r.key, r.reason from import, unnest(@keys, @reasons) as r (key, reason)
            )
            select count(*) from import
            """;
        var keys = rejects.Select(reject => StoredText.Clean(reject.Key)).ToArray();
        var reasons = rejects.Select(reject => StoredText.Clean(reject.Reason)).ToArray();
        if (await database.FirstAsync<long>(sql, new { id, keys, reasons }, cancellationToken) == 0)
            throw Ended(id);
    }

    /// <summary>Publishes its items as the data set's next version. An import that added nothing publishes nothing.</summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    public async Task<DatasetImport> SucceedAsync(Guid id, CancellationToken cancellationToken)
    {
        const string publish = """
            with content as (
                select count(*) as items, coalesce(sum(i.bytes), 0) as bytes from dataset_item i join dataset_blob b on b.id = i.blob_id where b.import_id = @id
            )
            update dataset d set version = d.version + 1, items = d.items + content.items, bytes = d.bytes + content.bytes, updated_at = now()
            from content where d.id = @datasetId and content.items > 0
            returning d.version
            """;
        const string end = $"update dataset_import set state = 'succeeded', version = @version, updated_at = now() where id = @id returning {Columns}";
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var datasetId = await LockAsync(connection, id, cancellationToken);
        var version = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(publish, new { id, datasetId }, cancellationToken: cancellationToken));
        var import = await connection.QuerySingleAsync<DatasetImport>(new CommandDefinition(end, new { id, version }, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return import;
    }

    /// <summary>Takes its items back and keeps the reason.</summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    public async Task<DatasetImport> FailAsync(Guid id, string error, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, id, cancellationToken);
        var import = await DiscardAsync(connection, id, error, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return import;
    }

    /// <summary>Imports of a data set, newest first.</summary>
    public Task<IReadOnlyList<DatasetImport>> ListAsync(Guid datasetId, int limit, CancellationToken cancellationToken)
    {
        const string sql = $"select {Columns} from dataset_import where dataset_id = @datasetId order by id desc limit @limit";
        return database.QueryAsync<DatasetImport>(sql, new { datasetId, limit }, cancellationToken);
    }

    /// <summary>What the imports of a data set could not take, in order of id, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<RejectedItem>> RejectsAsync(Guid datasetId, long? after, int limit, CancellationToken cancellationToken)
    {
        const string sql = """
            select r.id, r.key, r.reason from dataset_reject r join dataset_import m on m.id = r.import_id
            where m.dataset_id = @datasetId and r.id > @after order by r.id limit @limit
            """;
        return database.QueryAsync<RejectedItem>(sql, new { datasetId, after = after ?? 0, limit }, cancellationToken);
    }

    /// <summary>Fails imports that showed no sign of life for <paramref name="silence"/>: their process is gone.</summary>
    /// <returns>How many.</returns>
    public async Task<int> FailAbandonedAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        const string sql = """
            select id from dataset_import
            where state in ('receiving', 'running') and updated_at < now() - make_interval(secs => @seconds)
            for update skip locked
            """;
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var abandoned = (await connection.QueryAsync<Guid>(
            new CommandDefinition(sql, new { seconds = silence.TotalSeconds }, cancellationToken: cancellationToken))).AsList();
        foreach (var id in abandoned)
            await DiscardAsync(connection, id, "The upload broke off: the service stopped while it was under way. Upload it again.", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return abandoned.Count;
    }

    /// <summary>Holds an import under way until the transaction ends: what adds to it and what ends it take turns.</summary>
    /// <returns>The id of its data set.</returns>
    internal static async Task<Guid> LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        const string sql = "select dataset_id from dataset_import where id = @id and state in ('receiving', 'running') for update";
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(sql, new { id }, cancellationToken: cancellationToken)) ?? throw Ended(id);
    }

    static async Task<DatasetImport> DiscardAsync(NpgsqlConnection connection, Guid id, string error, CancellationToken cancellationToken)
    {
        // Items go with their blobs.
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from dataset_blob where import_id = @id", new { id }, commandTimeout: 0, cancellationToken: cancellationToken));
        const string sql = $"update dataset_import set state = 'failed', added = 0, content_duplicates = 0, error = @error, updated_at = now() where id = @id returning {Columns}";
        return await connection.QuerySingleAsync<DatasetImport>(
            new CommandDefinition(sql, new { id, error = StoredText.Clean(error) }, cancellationToken: cancellationToken));
    }

    static NotFoundException Ended(Guid id) => new($"There is no import {id} under way: it has ended, or never was.");
}
