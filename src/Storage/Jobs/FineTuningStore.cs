namespace ContrastiveService.Storage.Jobs;

/// <summary>Training jobs as OpenAI's interface lists them.</summary>
public sealed class FineTuningStore(Database database)
{
    /// <summary>Jobs, newest first, those older than <paramref name="after"/>.</summary>
    /// <param name="after">A job's id.</param>
    /// <param name="limit">Jobs at most.</param>
    /// <param name="metadata">A JSON object that a job's metadata must hold; null for any.</param>
    /// <param name="withoutMetadata">Only jobs that have none.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public Task<IReadOnlyList<TrainingJob>> ListAsync(Guid? after, int limit, string? metadata, bool withoutMetadata, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select {JobRow.Columns} from training_job
            where (@after::uuid is null or id < @after)
              and (@metadata::jsonb is null
                   or exists (select from fine_tuning_request r where r.job_id = training_job.id and r.metadata::jsonb @> @metadata::jsonb))
              and not (@withoutMetadata and exists (select from fine_tuning_request r where r.job_id = training_job.id and r.metadata is not null))
            order by id desc limit @limit
            """;
        return database.QueryAsync<TrainingJob>(sql, new { after, limit, metadata, withoutMetadata }, cancellationToken);
    }

    /// <summary>The terms of those of these jobs that came with some.</summary>
    public async Task<IReadOnlyDictionary<Guid, FineTuningTerms>> TermsAsync(IEnumerable<Guid> jobs, CancellationToken cancellationToken)
    {
        const string sql = """
            select job_id as JobId, suffix, method, learning_rate_multiplier as LearningRateMultiplier, metadata
            from fine_tuning_request where job_id = any(@ids)
            """;
        var rows = await database.QueryAsync<Row>(sql, new { ids = jobs.ToArray() }, cancellationToken);
        return rows.ToDictionary(r => r.JobId, r => new FineTuningTerms(r.Suffix, r.Method, r.LearningRateMultiplier, r.Metadata));
    }

    sealed record Row(Guid JobId, string? Suffix, string? Method, double? LearningRateMultiplier, string? Metadata);
}
