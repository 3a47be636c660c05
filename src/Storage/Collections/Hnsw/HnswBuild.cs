using Dapper;
using Npgsql;

namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>
/// Work on the approximate index of one collection, by one process at a time: a lock of the session that does the work says whose turn it is, so that nobody else begins before that session has
/// ended, however its process does. Every step looks at what there is, so that whoever comes next goes on there. Dispose of it to let others in.
/// </summary>
public sealed class HnswBuild : IAsyncDisposable
{
    internal const string Prefix = "collection_hnsw_";

    const int Passes = 5, FewLeft = 2000;

    /// <summary>What one at a time holds who works at a collection's index.</summary>
    const string Key = "hashtextextended('collection_index ' || @collectionId, 0)";

    readonly NpgsqlConnection connection;
    readonly Guid collectionId;

    HnswBuild(NpgsqlConnection connection, Guid collectionId) => (this.connection, this.collectionId) = (connection, collectionId);

    internal static async Task<HnswBuild?> TryBeginAsync(Database database, Guid collectionId, CancellationToken cancellationToken)
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            if (await connection.ExecuteScalarAsync<bool>(Command($"select pg_try_advisory_lock({Key})", new { collectionId = collectionId.ToString() }, cancellationToken)))
                return new HnswBuild(connection, collectionId);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Takes the index away.</summary>
    public Task RemoveAsync(CancellationToken cancellationToken) => ExecuteAsync(
        "update collection_index set relation = null, revision = -1, state = 'waiting', recall = null, sample = null, measured_at = null, changed = 0, error = null where collection_id = @collectionId",
        cancellationToken);

    /// <summary>Makes the table and the index where they are missing or of no use, and brings them up to date. May take hours.</summary>
    /// <returns>Whether recall is to be measured.</returns>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    /// <exception cref="NotSupportedException">Its vectors cannot be indexed; the message says why.</exception>
    /// <exception cref="PostgresException">The database refuses, such as for want of disk space.</exception>
    public async Task<bool> BringUpAsync(CancellationToken cancellationToken)
    {
        var target = await PrepareAsync(cancellationToken);
        for (var pass = 1; await CatchUpAsync(target, last: false, cancellationToken) > FewLeft && pass < Passes; pass++)
        {
        }

        await CatchUpAsync(target, last: true, cancellationToken);
        await BuildAsync(target, cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(Command(
            $"""
            update collection_index x set state = case when recall is null then 'measuring' else 'ready' end, error = null, tries = 0, retry_at = null, updated_at = now()
            from collection c where x.collection_id = @collectionId and c.id = x.collection_id
            returning {HnswStore.NeedsMeasuring}
            """,
            new { collectionId }, cancellationToken));
    }

    /// <summary>Notes what was measured.</summary>
    public Task RecordAsync(double recall, int sample, int efSearch, CancellationToken cancellationToken) => connection.ExecuteAsync(Command(
        """
        update collection_index set recall = @recall, sample = @sample, ef_search = @efSearch, measured_at = now(), changed = 0, state = 'ready', updated_at = now()
        where collection_id = @collectionId
        """,
        new { collectionId, recall, sample, efSearch }, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await connection.ExecuteAsync($"select pg_advisory_unlock({Key})", new { collectionId = collectionId.ToString() });
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The session is gone, and the lock with it.
        }

        await connection.DisposeAsync();
    }

    /// <summary>Sees to it that there is a table for vectors such as the collection has now.</summary>
    async Task<Target> PrepareAsync(CancellationToken cancellationToken)
    {
        // With the extension, its columns go; the table stays.
        const string look = $"""
            select x.relation, c.half, v.width,
                   {HnswStore.Fits}
                       and exists (select from pg_attribute a where a.attrelid = to_regclass(x.relation) and a.attname = 'embedding' and not a.attisdropped) as Fits
            from collection c join model_version v on v.id = c.model_version_id left join collection_index x on x.collection_id = c.id
            where c.id = @collectionId for update of c
            """;
        // Old tables are swept when nobody reads them any more.
        const string begin = """
            insert into collection_index (collection_id, relation, generation, model_version_id, width, half, state)
            select c.id, @prefix || replace(c.id::text, '-', '') || '_1', 1, c.model_version_id, @Width, @Half, 'filling' from collection c where c.id = @collectionId
            on conflict (collection_id) do update
            set generation = collection_index.generation + 1, relation = @prefix || replace(collection_index.collection_id::text, '-', '') || '_' || (collection_index.generation + 1),
                model_version_id = excluded.model_version_id, width = excluded.width, half = excluded.half, revision = -1, state = 'filling',
                recall = null, sample = null, measured_at = null, changed = 0, updated_at = now()
            returning relation
            """;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var found = await connection.QueryFirstOrDefaultAsync<Found>(Command(look, new { collectionId }, cancellationToken)) ?? throw CollectionStore.Gone(collectionId.ToString());
        var shape = new HnswShape(found.Width, found.Half);
        if (shape.Obstacle is { } obstacle)
            throw new NotSupportedException(obstacle);
        if (found.Fits == true)
            return new Target(found.Relation!, shape);
        var relation = (await connection.ExecuteScalarAsync<string>(Command(begin, new { collectionId, prefix = Prefix, shape.Width, shape.Half }, cancellationToken)))!;
        await RunAsync($"create table {relation} (item_id bigint primary key, embedding {shape.Type} not null)", cancellationToken);
        await RunAsync($"alter table {relation} alter column embedding set storage {shape.Storage}", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Target(relation, shape);
    }

    /// <summary>One pass over what has changed; the last one keeps writers waiting, and from then on they carry their changes over themselves.</summary>
    async Task<long> CatchUpAsync(Target target, bool last, CancellationToken cancellationToken)
    {
        var look = $"""
            select c.revision as Now, x.revision as Known, x.relation = @Relation and {HnswStore.Fits} as Fits
            from {HnswStore.From} where c.id = @collectionId {(last ? "for update of c" : "")}
            """;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var head = await connection.QueryFirstOrDefaultAsync<Head>(Command(look, new { collectionId, target.Relation }, cancellationToken));
        if (head is not { Fits: true })
            throw new NotFoundException("The collection got vectors of another model meanwhile; its index is made anew.");
        // Read before the changes: what comes in between is made now, and once more by the next pass.
        var changed = head.Known == head.Now ? 0 : await HnswFollow.ApplyAsync(connection, collectionId, target.Relation, target.Shape, head.Known, cancellationToken);
        await connection.ExecuteAsync(Command(
            "update collection_index set revision = @Now, changed = changed + @changed where collection_id = @collectionId", new { collectionId, head.Now, changed }, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return changed;
    }

    async Task BuildAsync(Target target, CancellationToken cancellationToken)
    {
        var index = $"{target.Relation}_hnsw";
        var valid = await connection.ExecuteScalarAsync<bool?>(Command("select (select indisvalid from pg_index where indexrelid = to_regclass(@index))", new { index }, cancellationToken));
        if (valid == true)
            return;
        await ExecuteAsync("update collection_index set state = 'building', updated_at = now() where collection_id = @collectionId", cancellationToken);
        if (valid == false)
            await RunAsync($"drop index {index}", cancellationToken);
        await RunAsync($"create index concurrently {index} on {target.Relation} using hnsw ({target.Shape.Indexed} {target.Shape.Operators})", cancellationToken);
        await RunAsync($"analyze {target.Relation}", cancellationToken);
    }

    Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken) => connection.ExecuteAsync(Command(sql, new { collectionId }, cancellationToken));

    Task<int> RunAsync(string sql, CancellationToken cancellationToken) => HnswFollow.RunAsync(connection, sql, [], cancellationToken);

    static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) => new(sql, parameters, commandTimeout: 0, cancellationToken: cancellationToken);

    sealed record Target(string Relation, HnswShape Shape);

    sealed record Found(string? Relation, bool Half, int Width, bool? Fits);

    sealed record Head(long Now, long Known, bool Fits);
}
