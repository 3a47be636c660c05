using Npgsql;

namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>What is chosen and known about the indexes of collections, and what there is to do about them.</summary>
public sealed class HnswStore(Database database)
{
    /// <summary>Whether recall is to be measured: it never was, or a tenth of the items, and not too few, have changed since.</summary>
    internal const string NeedsMeasuring = "x.recall is null or x.changed > greatest(1000, c.items / 10)";

    /// <summary>Whether an index was made for the version and precision that the collection has now; null where there is none.</summary>
    internal const string Fits = "x.model_version_id = c.model_version_id and x.half = c.half";

    /// <summary>Whether PostgreSQL holds an index for valid.</summary>
    internal const string IsValid = "exists (select from pg_index i where i.indexrelid = to_regclass(x.relation || '_hnsw') and i.indisvalid)";

    internal const string Columns =
        $"""
        x.collection_id as CollectionId, x.choice, x.relation, x.revision, x.state, x.error, x.ef_search as EfSearch, x.recall, x.sample, x.measured_at as MeasuredAt, x.changed,
        coalesce({Fits}, false) and {IsValid} as Matches
        """;

    internal const string From = "collection c join collection_index x on x.collection_id = c.id";

    /// <summary>Of those collections for which anything was chosen or done; the others have the choice <see cref="IndexChoice.Auto"/> and no index.</summary>
    public async Task<IReadOnlyDictionary<Guid, CollectionIndex>> GetAsync(IReadOnlyCollection<Guid> collectionIds, CancellationToken cancellationToken)
    {
        var found = await database.QueryAsync<CollectionIndex>($"select {Columns} from {From} where c.id = any(@ids)", new { ids = collectionIds.ToArray() }, cancellationToken);
        return found.ToDictionary(index => index.CollectionId);
    }

    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public async Task ChooseAsync(Guid collectionId, IndexChoice choice, CancellationToken cancellationToken)
    {
        // What failed is tried again at once: whoever chooses may have removed the cause.
        const string sql = """
            insert into collection_index (collection_id, choice) values (@collectionId, @choice)
            on conflict (collection_id) do update
            set choice = excluded.choice, tries = 0, retry_at = null, updated_at = now()
            """;
        try
        {
            await database.ExecuteAsync(sql, new { collectionId, choice = choice.ToString().ToLowerInvariant() }, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw CollectionStore.Gone(collectionId.ToString());
        }
    }

    /// <summary>Collections whose approximate index is to be made, brought up to date, measured or taken away.</summary>
    /// <param name="bytes">Collections of more bytes in memory want one without being asked.</param>
    /// <param name="cancellationToken">The server stops.</param>
    public Task<IReadOnlyList<Guid>> DueAsync(long bytes, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select c.id
            from collection c join model_version v on v.id = c.model_version_id left join collection_index x on x.collection_id = c.id
            where (x.retry_at is null or x.retry_at < now())
              and case coalesce(x.choice, 'auto')
                  when 'exact' then x.relation is not null
                  when 'auto' then x.relation is not null or c.items * ((v.width + 15) / 16 * 16 * case when c.half then 2 else 4 end + 36) > @bytes
                  else true
                  end
              and (x.collection_id is null or x.choice = 'exact' or x.relation is null or not ({Fits}) or x.revision <> c.revision
                  or x.state <> 'ready' or {NeedsMeasuring} or not {IsValid})
            order by c.updated_at
            """;
        return database.QueryAsync<Guid>(sql, new { bytes }, cancellationToken);
    }

    /// <summary>Begins work on a collection's index.</summary>
    /// <returns>Null while another process is at it.</returns>
    public Task<HnswBuild?> TryBeginAsync(Guid collectionId, CancellationToken cancellationToken) => HnswBuild.TryBeginAsync(database, collectionId, cancellationToken);

    /// <summary>Looks at a collection and its index as they are at this moment.</summary>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public Task<HnswSnapshot> OpenAsync(Guid collectionId, CancellationToken cancellationToken) => HnswSnapshot.OpenAsync(database, collectionId, cancellationToken);

    /// <summary>How much of an index that is being built is done, 0 to 1; null when none is.</summary>
    public Task<double?> ProgressAsync(string relation, CancellationToken cancellationToken) => database.FirstAsync<double?>(
        """
        select blocks_done::double precision / nullif(blocks_total, 0) from pg_stat_progress_create_index
        where relid = to_regclass(@relation) and phase like 'building index%'
        """,
        new { relation }, cancellationToken);

    /// <summary>Notes why nothing came of it; the next try waits a minute, then twice as long each time, an hour at most.</summary>
    public Task FailAsync(Guid collectionId, string error, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into collection_index (collection_id, state, error, tries, retry_at) select id, 'failed', @error, 1, now() + interval '1 minute' from collection where id = @collectionId
            on conflict (collection_id) do update
            set state = 'failed', error = excluded.error, tries = least(collection_index.tries + 1, 20), updated_at = now(),
                retry_at = now() + least(interval '1 minute' * 2 ^ least(collection_index.tries, 20), interval '1 hour')
            """;
        return database.ExecuteAsync(sql, new { collectionId, error = StoredText.Clean(error) }, cancellationToken);
    }

    /// <summary>Drops tables that no collection has any more: those of deleted ones, and those that others have taken the place of.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            select c.relname::text from pg_class c
            where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and starts_with(c.relname, @prefix)
              and not exists (select from collection_index x where x.relation = c.relname)
            """;
        foreach (var relation in await database.QueryAsync<string>(sql, new { prefix = HnswBuild.Prefix }, cancellationToken))
            await database.ExecuteAsync($"drop table if exists {relation}", null, cancellationToken);
    }
}
