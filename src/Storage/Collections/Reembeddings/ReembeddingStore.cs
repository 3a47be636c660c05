using ContrastiveService.Storage.Leases;
using Npgsql;

namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>Collections on their way to another model version, one way at a time for each.</summary>
public sealed class ReembeddingStore(Database database)
    : ClaimStore<Reembedding>(database, "collection_reembedding", Columns, "done", "start it again to try once more.")
{
    const string Active = "state in ('queued', 'running')";

    // Of one that is under way or ended without effect, what stands in its way now: not what was written again or deleted since.
    const string LeftOut =
        "r.vector is null and (collection_reembedding.state = 'succeeded' or exists (select from collection_item i where i.id = r.item_id and i.revision = r.revision))";

    const string Columns =
        $"""
        id, collection_id as CollectionId, to_version_id as ToVersionId,
        (select v.model || ':' || v.version from model_version v where v.id = from_version_id) as "From",
        (select v.model || ':' || v.version from model_version v where v.id = to_version_id) as "To",
        drop_missing as DropMissing, drop_failed as DropFailed, state, position_revision as PositionRevision, position_item as PositionItem, done, seconds,
        case when {Active} then (
            select count(*) from collection_item i where i.collection_id = collection_reembedding.collection_id
            and i.revision >= position_revision and (i.revision, i.id) > (position_revision, position_item)
        ) else 0 end as Behind,
        case when {Active} then (select c.items from collection c where c.id = collection_reembedding.collection_id) else total end as Total,
        (select count(*) from collection_reembedded r where r.reembedding_id = collection_reembedding.id and {LeftOut}) as Failed,
        dropped, error, fence, created_at as CreatedAt, updated_at as UpdatedAt
        """;

    /// <summary>Queues a re-embedding; if the same is under way already, gives that one.</summary>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    /// <exception cref="VersionChangedException">The collection is of another version by now.</exception>
    /// <exception cref="PicturesMissingException">Items have no picture, and are not to be dropped.</exception>
    /// <exception cref="InUseException">It is being re-embedded for another version, or in another way.</exception>
    public async Task<Reembedding> StartAsync(Collection collection, Guid toVersionId, bool dropMissing, bool dropFailed, CancellationToken cancellationToken)
    {
        const string insert = """
            insert into collection_reembedding (id, collection_id, from_version_id, to_version_id, drop_missing, drop_failed, state, total)
            select $1, id, model_version_id, $3, $4, $5, 'queued', items from collection where id = $2
            """;
        await using var connection = await Database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Writers wait meanwhile: what they write afterwards sees that this is under way.
        await LockAsync(connection, collection, cancellationToken);
        if (await UnderWayAsync(collection.Id, cancellationToken) is { } other)
            return (other.ToVersionId, other.DropMissing, other.DropFailed) == (toVersionId, dropMissing, dropFailed)
                ? other
                : throw new InUseException(
                    $"The collection '{collection.Name}' is being re-embedded already, by {other.Id} for {other.To}, dropMissing {Say(other.DropMissing)}, dropFailed {Say(other.DropFailed)}. "
                    + "Wait for its end, or cancel it.");
        if (!dropMissing && await ReembeddingSource.MissingAsync(connection, collection.Id, cancellationToken) is { Count: > 0 } missing)
            throw new PicturesMissingException(missing.Count, missing.First);
        var id = Guid.CreateVersion7();
        await using var command = new NpgsqlCommand(insert, connection);
        foreach (var value in new object[] { id, collection.Id, toVersionId, dropMissing, dropFailed })
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await GetAsync(id, cancellationToken) ?? throw CollectionStore.Gone(collection.Name);
    }

    public Task<Reembedding?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        Database.FirstAsync<Reembedding>($"select {Columns} from collection_reembedding where id = @id", new { id }, cancellationToken);

    /// <summary>The one that is under way for a collection.</summary>
    public Task<Reembedding?> UnderWayAsync(Guid collectionId, CancellationToken cancellationToken) => Database.FirstAsync<Reembedding>(
        $"select {Columns} from collection_reembedding where collection_id = @collectionId and {Active}", new { collectionId }, cancellationToken);

    /// <summary>A collection's re-embeddings, newest first.</summary>
    public Task<IReadOnlyList<Reembedding>> ListAsync(Guid collectionId, int limit, CancellationToken cancellationToken) => Database.QueryAsync<Reembedding>(
        $"select {Columns} from collection_reembedding where collection_id = @collectionId order by id desc limit @limit", new { collectionId, limit }, cancellationToken);

    /// <summary>Items without a vector of the new version, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<ReembeddingFailure>> FailuresAsync(Guid id, long after, int limit, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select r.item_id as ItemId, r.key, r.problem as Reason, r.missing
            from collection_reembedded r join collection_reembedding on collection_reembedding.id = r.reembedding_id
            where r.reembedding_id = @id and r.item_id > @after and {LeftOut} order by r.item_id limit @limit
            """;
        return Database.QueryAsync<ReembeddingFailure>(sql, new { id, after, limit }, cancellationToken);
    }

    /// <summary>Ends it; the collection stays as it is.</summary>
    /// <returns>Whether it was under way.</returns>
    public Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken) => WriteAsync(
        $"update collection_reembedding set state = 'cancelled', lease_until = null, fence = fence + 1, updated_at = now() where id = @id and {Active}", new { id }, cancellationToken);

    /// <summary>The next items behind a place with their pictures; see <see cref="WritePlace"/>.</summary>
    public async Task<IReadOnlyList<SourceItem>> NextAsync(Guid collectionId, WritePlace after, int most, CancellationToken cancellationToken)
    {
        await using var connection = await Database.Source.OpenConnectionAsync(cancellationToken);
        return await ReembeddingSource.NextAsync(connection, collectionId, after, most, cancellationToken);
    }

    /// <summary>Puts what became of items beside the collection, with how far it then is and a new lease: all or nothing.</summary>
    /// <param name="work">As it was claimed.</param>
    /// <param name="items">In order of place.</param>
    /// <param name="seconds">How long they took.</param>
    /// <param name="lease">How long it is claimed from now on.</param>
    /// <param name="cancellationToken">The process stops.</param>
    public async Task<bool> AdvanceAsync(Reembedding work, IReadOnlyList<ReembeddedItem> items, double seconds, TimeSpan lease, CancellationToken cancellationToken)
    {
        const string sql = """
            update collection_reembedding
            set position_revision = $3, position_item = $4, done = done + $5, seconds = seconds + $6, tries = 0, lease_until = now() + make_interval(secs => $7), updated_at = now()
            where id = $1 and fence = $2 and state = 'running'
            """;
        var place = items[^1].Of.Place;
        await using var connection = await Database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in new object[] { work.Id, work.Fence, place.Revision, place.Item, (long)items.Count, seconds, lease.TotalSeconds })
            command.Parameters.Add(new() { Value = value });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        await StagedVectors.WriteAsync(connection, work.Id, items, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Locks the collection, so that nobody writes until the cut-over is made or given up.</summary>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public async Task<CutOver> BeginCutOverAsync(Reembedding work, WritePlace place, CancellationToken cancellationToken)
    {
        var connection = await Database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select true from collection where id = $1 for no key update", connection)
            {
                CommandTimeout = 0,
                Parameters = { new() { Value = work.CollectionId } },
            };
            return await command.ExecuteScalarAsync(cancellationToken) is true ? new CutOver(connection, transaction, work, place) : throw CollectionStore.Gone(work.CollectionId.ToString());
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Clears away vectors that are of no use any more, some at a time.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        const string sql = $"""
            with ended as (
                select id from collection_reembedding where not swept and not {Active} order by id limit 1
            ), gone as (
                delete from collection_reembedded where (reembedding_id, item_id) in (
                    select r.reembedding_id, r.item_id from collection_reembedded r join ended on ended.id = r.reembedding_id where r.vector is not null limit 5000)
                returning true
            ), done as (
                update collection_reembedding set swept = true from ended
                where collection_reembedding.id = ended.id
                  and not exists (select from collection_reembedded r where r.reembedding_id = ended.id and r.vector is not null)
            )
            select exists (select from ended)
            """;
        return await Database.FirstAsync<bool>(sql, null, cancellationToken);
    }

    internal static async Task<bool> IsUnderWayAsync(NpgsqlConnection connection, Guid collectionId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select exists (select from collection_reembedding where collection_id = $1 and {Active})", connection)
        {
            Parameters = { new() { Value = collectionId } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task LockAsync(NpgsqlConnection connection, Collection collection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select model_version_id from collection where id = $1 for no key update", connection) { Parameters = { new() { Value = collection.Id } } };
        if (await command.ExecuteScalarAsync(cancellationToken) is not Guid version)
            throw CollectionStore.Gone($"'{collection.Name}'");
        if (version != collection.ModelVersionId)
            throw new VersionChangedException(collection.Id);
    }

    static string Say(bool value) => value ? "true" : "false";
}
