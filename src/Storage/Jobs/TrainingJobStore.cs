using Dapper;

namespace ContrastiveService.Storage.Jobs;

/// <summary>Training jobs as their owners see them: create, read, cancel, resume.</summary>
public sealed class TrainingJobStore(Database database, JobTransitions transitions)
{
    /// <summary>Writes the row and enqueues the Hangfire job, both or neither. The same key with the same request hash gives the first job again.</summary>
    /// <exception cref="IdempotencyConflictException">The key came with another request hash.</exception>
    /// <exception cref="NotFoundException">The data set is gone, or the pretrained weights are.</exception>
    public async Task<(TrainingJob Job, bool Created)> CreateAsync(
        NewTrainingJob job, string? idempotencyKey, string requestHash, CancellationToken cancellationToken)
    {
        using var scope = Database.BeginScope();
        if (await InsertAsync(job, idempotencyKey, requestHash, byRetry: false, cancellationToken) is { } created)
        {
            created = await transitions.DeliverAsync(created, cancellationToken);
            scope.Complete();
            return (created, true);
        }
        const string sql = $"select {JobRow.Columns} from training_job where idempotency_key = @idempotencyKey and request_hash = @requestHash";
        var first = await database.FirstAsync<TrainingJob>(sql, new { idempotencyKey, requestHash }, cancellationToken)
            ?? throw new IdempotencyConflictException(
                $"The idempotency key '{idempotencyKey}' was used before for another request. Use a new key for a new request.");
        return (first, false);
    }

    /// <summary>The same without a key, for requests that clients send again by themselves: a try gives the job of an earlier one again.</summary>
    /// <exception cref="NotFoundException">The data set is gone, or the pretrained weights are.</exception>
    public async Task<(TrainingJob Job, bool Created)> CreateAsync(NewTrainingJob job, KeylessTry attempt, CancellationToken cancellationToken)
    {
        using var scope = Database.BeginScope();
        await using (var connection = await database.Source.OpenConnectionAsync(cancellationToken))
        {
            if (await attempt.FindEarlierAsync(connection, job, cancellationToken) is { } earlier)
                return (earlier, false);
        }
        var created = await InsertAsync(job, null, attempt.RequestHash, attempt.Kind == TryKind.Retry, cancellationToken)
            ?? throw new InvalidOperationException("A job without an idempotency key met another one's.");
        created = await transitions.DeliverAsync(created, cancellationToken);
        scope.Complete();
        return (created, true);
    }

    public Task<TrainingJob?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        database.FirstAsync<TrainingJob>($"select {JobRow.Columns} from training_job where id = @id", new { id }, cancellationToken);

    /// <summary>Jobs, newest first, those older than <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<TrainingJob>> ListAsync(Guid? after, int limit, string? state, CancellationToken cancellationToken)
    {
        // Ids are version 7: their order is that of creation.
        const string sql = $"""
            select {JobRow.Columns} from training_job
            where (@after::uuid is null or id < @after) and (@state::text is null or state = @state)
            order by id desc limit @limit
            """;
        return database.QueryAsync<TrainingJob>(sql, new { after, limit, state }, cancellationToken);
    }

    /// <summary>
    /// A queued job is cancelled at once; a running one is flagged and its worker ends it after a last checkpoint. Cancelling twice changes nothing.
    /// </summary>
    /// <returns>The job as it is now; null if there is none.</returns>
    /// <exception cref="JobStateException">It has succeeded or failed.</exception>
    public async Task<TrainingJob?> RequestCancelAsync(Guid id, CancellationToken cancellationToken) =>
        await transitions.MoveAsync(id, (job, _) => JobLifecycle.RequestCancel(job), null, cancellationToken) ?? await GetAsync(id, cancellationToken);

    /// <summary>Puts a cancelled or failed job back into the queue with all its attempts; it goes on from its last checkpoint.</summary>
    /// <returns>The job as it is now; null if there is none.</returns>
    /// <exception cref="JobStateException">It is in another state, or its data set is gone.</exception>
    public async Task<TrainingJob?> ResumeAsync(Guid id, CancellationToken cancellationToken)
    {
        const string sql = """
            select exists (select from dataset d join training_job j on j.dataset_id = d.id where j.id = @id)
               and not exists (select from training_job j where j.id = @id and j.target_dataset_id is not null and not exists (select from dataset d where d.id = j.target_dataset_id))
            """;
        var hasData = await database.FirstAsync<bool>(sql, new { id }, cancellationToken);
        return await transitions.MoveAsync(id, (job, _) => JobLifecycle.Resume(job, hasData), null, cancellationToken);
    }

    /// <returns>Null when a job with this idempotency key exists already.</returns>
    async Task<TrainingJob?> InsertAsync(
        NewTrainingJob job, string? idempotencyKey, string requestHash, bool byRetry, CancellationToken cancellationToken)
    {
        // The shares of the data set's and the weights' rows keep them from being deleted before this job is visible.
        const string hold = "select exists (select from dataset where id = @DatasetId and version >= @DatasetVersion for share)";
        const string holdTarget = "select exists (select from dataset where id = @TargetDatasetId and version >= @TargetDatasetVersion for share)";
        const string holdWeights = "select exists (select from weights where name = @Pretrained for share)";
        const string insert = $"""
            with created as (
                insert into training_job (id, name, dataset_id, dataset_version, plan, state, queue, max_attempts, idempotency_key, request_hash, event_count,
                                          target_dataset_id, target_dataset_version)
                values (@id, @Name, @DatasetId, @DatasetVersion, @Plan::json, 'queued', @Queue, @MaxAttempts, @idempotencyKey, @requestHash, 1,
                        @TargetDatasetId, @TargetDatasetVersion)
                on conflict (idempotency_key) do nothing
                returning *
            ), noted as (
                insert into job_event (job_id, sequence, type, message) select id, 1, 'queued', 'Queued for ' || queue || '.' from created
            ), termed as (
                insert into fine_tuning_request (job_id, suffix, method, learning_rate_multiplier, metadata, by_retry)
                select id, @Suffix, @Method, @LearningRateMultiplier::double precision, @Metadata::json, @byRetry from created where @hasTerms
            )
            select {JobRow.Columns} from created
            """;
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(hold, job, cancellationToken: cancellationToken)))
            throw new NotFoundException($"There is no data set {job.DatasetId} with a version {job.DatasetVersion}.");
        if (job.TargetDatasetId is not null && !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(holdTarget, job, cancellationToken: cancellationToken)))
            throw new NotFoundException($"There is no data set {job.TargetDatasetId} with a version {job.TargetDatasetVersion}.");
        if (job.Pretrained is not null && !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(holdWeights, job, cancellationToken: cancellationToken)))
            throw new NotFoundException($"There are no weights '{job.Pretrained}' any more.");
        var parameters = new
        {
            id = Guid.CreateVersion7(),
            job.Name,
            job.DatasetId,
            job.DatasetVersion,
            job.Plan,
            job.Queue,
            job.MaxAttempts,
            job.TargetDatasetId,
            job.TargetDatasetVersion,
            idempotencyKey,
            requestHash,
            hasTerms = job.FineTuning is not null || byRetry,
            job.FineTuning?.Suffix,
            job.FineTuning?.Method,
            job.FineTuning?.LearningRateMultiplier,
            job.FineTuning?.Metadata,
            byRetry,
        };
        return await connection.QueryFirstOrDefaultAsync<TrainingJob>(new CommandDefinition(insert, parameters, cancellationToken: cancellationToken));
    }
}
