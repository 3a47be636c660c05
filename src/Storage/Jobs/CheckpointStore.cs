using ContrastiveService.Storage.Chunks;
using Npgsql;

namespace ContrastiveService.Storage.Jobs;

/// <summary>Checkpoints of jobs: whole or absent, and never in memory as a whole.</summary>
public sealed class CheckpointStore(Database database)
{
    const string Columns =
        """
        c.id, c.job_id as JobId, c.epoch, c.step, c.score, c.bytes, encode(c.sha256, 'hex') as Sha256,
        exists (select from model_version v where v.checkpoint_id = c.id) as Pinned, c.created_at as CreatedAt
        """;

    /// <summary>The best of a job's checkpoints, the newest among equals and where none has a score.</summary>
    const string BestFirst = "c.score desc nulls last, c.step desc";

    /// <summary>
    /// Stores <paramref name="content"/> from its position to its end and prunes the job's checkpoints to the <paramref name="keep"/> newest (1 or more), the best,
    /// and those of model versions. A checkpoint of the same step is replaced.
    /// </summary>
    /// <returns>Null when the lease is lost; nothing was written.</returns>
    public async Task<Guid?> SaveAsync(JobLease lease, CheckpointInfo info, Stream content, int keep, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var id = Guid.CreateVersion7();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await IsMineAsync(connection, lease, lockRow: false, cancellationToken))
            return null;
        var (bytes, sha256) = await ChunkWriter.WriteAsync(connection, ChunkTable.Checkpoints, id, content, cancellationToken);
        // Asked again, and held until the commit: the upload took its time, and a claim from now on waits for us.
        if (!await IsMineAsync(connection, lease, lockRow: true, cancellationToken))
            return null;
        await InsertAsync(connection, lease, id, info, bytes, sha256, cancellationToken);
        await PruneAsync(connection, lease.JobId, keep, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    /// <summary>A job's checkpoints, newest first.</summary>
    public Task<IReadOnlyList<Checkpoint>> ListAsync(Guid jobId, CancellationToken cancellationToken) =>
        database.QueryAsync<Checkpoint>($"select {Columns} from checkpoint c where c.job_id = @jobId order by c.step desc", new { jobId }, cancellationToken);

    public Task<Checkpoint?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        database.FirstAsync<Checkpoint>($"select {Columns} from checkpoint c where c.id = @id", new { id }, cancellationToken);

    /// <summary>The one to go on from.</summary>
    public Task<Checkpoint?> LatestAsync(Guid jobId, CancellationToken cancellationToken) =>
        FirstAsync(jobId, "c.step desc", cancellationToken);

    /// <summary>The one with the highest score; the newest where none has one.</summary>
    public Task<Checkpoint?> BestAsync(Guid jobId, CancellationToken cancellationToken) =>
        FirstAsync(jobId, BestFirst, cancellationToken);

    /// <summary>
    /// A seekable stream that holds one chunk at a time and checks each one it reads. Reading throws <see cref="DamagedContentException"/> when a chunk is
    /// not what was written.
    /// </summary>
    /// <exception cref="NotFoundException">No such checkpoint.</exception>
    public async Task<Stream> OpenReadAsync(Guid id, CancellationToken cancellationToken)
    {
        var checkpoint = await GetAsync(id, cancellationToken) ?? throw new NotFoundException($"There is no checkpoint {id}; it may have been pruned.");
        return new ChunkStream(database.Source, ChunkTable.Checkpoints, checkpoint.Id, checkpoint.Bytes);
    }

    Task<Checkpoint?> FirstAsync(Guid jobId, string order, CancellationToken cancellationToken) =>
        database.FirstAsync<Checkpoint>($"select {Columns} from checkpoint c where c.job_id = @jobId order by {order} limit 1", new { jobId }, cancellationToken);

    static async Task<bool> IsMineAsync(NpgsqlConnection connection, JobLease lease, bool lockRow, CancellationToken cancellationToken)
    {
        var sql = $"select 1 from training_job where id = $1 and fence = $2 and state = 'running' {(lockRow ? "for no key update" : "")}";
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = lease.JobId }, new() { Value = lease.Fence } } };
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    static async Task InsertAsync(
        NpgsqlConnection connection, JobLease lease, Guid id, CheckpointInfo info, long bytes, byte[] sha256, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        var (job, epoch, step) = (lease.JobId, info.Epoch, info.Step);
        // PostgreSQL ranks NaN above every number: a score that is none must not become the best.
        var score = info.Score is { } value && double.IsFinite(value) ? (object)value : DBNull.Value;
        Add("delete from checkpoint where job_id = $1 and step = $2", job, step);
        Add(
            "insert into checkpoint (id, job_id, epoch, step, score, bytes, sha256) values ($1, $2, $3, $4, $5::double precision, $6, $7)",
            id, job, epoch, step, score, bytes, sha256);
        Add(
            $"""
            with moved as (update training_job set event_count = event_count + 1, {JobRow.Touch} where id = $1 returning event_count)
            insert into job_event (job_id, sequence, type, message, data)
            select $1, event_count, 'checkpoint', $2,
                   json_build_object('id', $3::uuid, 'epoch', $4::int, 'step', $5::bigint, 'score', $6::double precision, 'bytes', $7::bigint)
            from moved
            """,
            job, $"Checkpoint of epoch {epoch}, step {step}.", id, epoch, step, score, bytes);
        await batch.ExecuteNonQueryAsync(cancellationToken);

        void Add(string sql, params object[] values)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var parameter in values)
                command.Parameters.Add(new() { Value = parameter });
            batch.BatchCommands.Add(command);
        }
    }

    static async Task PruneAsync(NpgsqlConnection connection, Guid jobId, int keep, CancellationToken cancellationToken)
    {
        const string sql = $"""
            delete from checkpoint where job_id = $1
                and id not in (select c.id from checkpoint c where c.job_id = $1 order by c.step desc limit $2)
                and id not in (select c.id from checkpoint c where c.job_id = $1 order by {BestFirst} limit 1)
                and not exists (select from model_version v where v.checkpoint_id = checkpoint.id)
            """;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = jobId }, new() { Value = keep } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
