using ContrastiveService.Storage.Jobs;
using Dapper;
using Npgsql;

namespace ContrastiveService.Storage.Models;

/// <summary>The registry: models, their versions, and aliases that move between them.</summary>
public sealed class ModelStore(Database database)
{
    /// <summary>Moves by itself to every new version.</summary>
    public const string LatestAlias = "latest";

    /// <summary>What a bare model name means, once it is set.</summary>
    public const string ProductionAlias = "production";

    const string Versions =
        """
        select v.id, v.model, v.version, v.job_id as JobId, v.checkpoint_id as CheckpointId, v.plan, v.card, v.width, v.created_at as CreatedAt,
               (select string_agg(a.alias, ',' order by a.alias) from model_alias a where a.model = v.model and a.version = v.version) as Aliases
        from model_version v
        """;

    const string Alias = "model, alias, version, revision, updated_at as UpdatedAt";

    /// <summary>
    /// Ends the job as succeeded with a new version of <paramref name="model"/>, all in one transaction:
    /// the next number, the checkpoint kept for good, <see cref="LatestAlias"/> moved.
    /// </summary>
    /// <returns>Null when the lease is lost; nothing was written.</returns>
    /// <exception cref="NotFoundException">The job has no such checkpoint.</exception>
    public async Task<ModelVersion?> RegisterAsync(
        JobLease lease, string model, Guid checkpointId, string plan, string card, int width, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(model))
            throw new ArgumentException($"'{model}' cannot be a model's name: it must match {ResourceName.Pattern}", nameof(model));
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await JobRow.LockAsync(connection, lease.JobId, cancellationToken) is not var (job, _) || !lease.Holds(job))
            return null;
        // The model's row is held until the commit, so that two jobs of one model get numbers one after the other.
        const string sql = """
            insert into model (name) values (@model) on conflict (name) do update set name = excluded.name;
            insert into model_version (id, model, version, job_id, checkpoint_id, plan, card, width)
            select @id, @model, coalesce((select max(version) from model_version where model = @model), 0) + 1, c.job_id, c.id, @plan::json, @card::json, @width
            from checkpoint c where c.id = @checkpointId and c.job_id = @JobId;
            insert into model_alias (model, alias, version)
            select model, @latest, version from model_version where id = @id
            on conflict (model, alias) do update set version = excluded.version, revision = model_alias.revision + 1, updated_at = now()
            returning version
            """;
        var parameters = new { id = Guid.CreateVersion7(), model, lease.JobId, checkpointId, plan, card, width, latest = LatestAlias };
        var version = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))
            ?? throw new NotFoundException($"Training job {lease.JobId} has no checkpoint {checkpointId}.");
        await JobRow.WriteAsync(connection, JobLifecycle.Succeeded(job, $"{model}:{version}"), null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await GetAsync(model, version, cancellationToken);
    }

    /// <summary>Models by name, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<Model>> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        ModelsAsync("@after::text is null or m.name > @after", new { after, limit }, cancellationToken);

    public async Task<Model?> GetAsync(string model, CancellationToken cancellationToken) =>
        (await ModelsAsync("m.name = @model", new { model, limit = 1 }, cancellationToken)).SingleOrDefault();

    public async Task<ModelVersion?> GetAsync(string model, int version, CancellationToken cancellationToken) =>
        (await VersionsAsync("where v.model = @model and v.version = @version", new { model, version }, cancellationToken)).SingleOrDefault();

    /// <summary>Versions of a model, newest first.</summary>
    public Task<IReadOnlyList<ModelVersion>> VersionsAsync(string model, CancellationToken cancellationToken) =>
        VersionsAsync("where v.model = @model order by v.version desc", new { model }, cancellationToken);

    public async Task<ModelVersion?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        (await VersionsAsync("where v.id = @id", new { id }, cancellationToken)).SingleOrDefault();

    /// <summary><c>name:version</c>, <c>name@alias</c>, or a bare name: its production version if there is one, else its latest.</summary>
    /// <returns>Null when the reference names nothing.</returns>
    public async Task<ModelVersion?> ResolveAsync(string reference, CancellationToken cancellationToken) =>
        await ResolveIdAsync(reference, cancellationToken) is { } id ? await GetAsync(id, cancellationToken) : null;

    /// <summary>Which version <see cref="ResolveAsync"/> would give.</summary>
    public async Task<Guid?> ResolveIdAsync(string reference, CancellationToken cancellationToken)
    {
        if (reference.Split(':') is [var name, var number])
        {
            return int.TryParse(number, out var version)
                ? await database.FirstAsync<Guid?>("select id from model_version where model = @name and version = @version", new { name, version }, cancellationToken)
                : null;
        }
        const string byAlias = """
            select v.id from model_alias a join model_version v on v.model = a.model and v.version = a.version
            where a.model = @model and a.alias = any(@aliases) order by array_position(@aliases, a.alias) limit 1
            """;
        var (model, aliases) = reference.Split('@') is [var before, var alias] ? (before, [alias]) : (reference, new[] { ProductionAlias, LatestAlias });
        return await database.FirstAsync<Guid?>(byAlias, new { model, aliases }, cancellationToken);
    }

    /// <summary>
    /// Points an alias at a version. <paramref name="ifMatchRevision"/>: null moves it whatever it is; 0 only creates it;
    /// otherwise it must still have that revision.
    /// </summary>
    /// <exception cref="NotFoundException">No such version.</exception>
    /// <exception cref="PreconditionFailedException">The alias has another revision.</exception>
    /// <exception cref="ArgumentException">The alias is <see cref="LatestAlias"/>, which moves by itself, or not a name.</exception>
    public async Task<ModelAlias> SetAliasAsync(string model, string alias, int version, long? ifMatchRevision, CancellationToken cancellationToken)
    {
        if (alias == LatestAlias || !ResourceName.IsValid(alias))
        {
            throw new ArgumentException(
                $"'{alias}' cannot be set: it must match {ResourceName.Pattern} and not be '{LatestAlias}', which moves by itself.", nameof(alias));
        }
        // One statement each, so that of two callers with the same revision one moves the alias and the other is told.
        const string create = "insert into model_alias (model, alias, version) values (@model, @alias, @version)";
        const string move = "version = @version, revision = model_alias.revision + 1, updated_at = now()";
        const string result = $"returning {Alias}";
        var sql = ifMatchRevision switch
        {
            null => $"{create} on conflict (model, alias) do update set {move} {result}",
            0 => $"{create} on conflict (model, alias) do nothing {result}",
            _ => $"update model_alias set {move} where model = @model and alias = @alias and revision = @ifMatchRevision {result}",
        };
        try
        {
            return await database.FirstAsync<ModelAlias>(sql, new { model, alias, version, ifMatchRevision }, cancellationToken)
                ?? throw new PreconditionFailedException($"Alias '{alias}' of model '{model}' was changed in the meantime. Read it again, and send its new ETag.");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new NotFoundException($"Model '{model}' has no version {version}.");
        }
    }

    async Task<IReadOnlyList<Model>> ModelsAsync(string where, object parameters, CancellationToken cancellationToken)
    {
        var sql = $"""
            select m.name, count(*)::int as Versions, max(v.version) as LatestVersion, m.created_at as CreatedAt
            from model m join model_version v on v.model = m.name where {where} group by m.name order by m.name limit @limit
            """;
        var models = await database.QueryAsync<ModelRow>(sql, parameters, cancellationToken);
        var names = models.Select(model => model.Name).ToArray();
        var aliases = await database.QueryAsync<ModelAlias>(
            $"select {Alias} from model_alias where model = any(@names) order by alias", new { names }, cancellationToken);
        return [.. from model in models
                   select new Model(model.Name, model.Versions, model.LatestVersion, model.CreatedAt, [.. aliases.Where(alias => alias.Model == model.Name)])];
    }

    async Task<IReadOnlyList<ModelVersion>> VersionsAsync(string where, object parameters, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<VersionRow>($"{Versions} {where}", parameters, cancellationToken);
        return [.. from v in rows
                   select new ModelVersion(v.Id, v.Model, v.Version, v.JobId, v.CheckpointId, v.Plan, v.Card, v.Width, v.CreatedAt, v.Aliases?.Split(',') ?? [])];
    }

    sealed record ModelRow(string Name, int Versions, int LatestVersion, DateTime CreatedAt);

    // An alias cannot contain a comma.
    sealed record VersionRow(
        Guid Id, string Model, int Version, Guid JobId, Guid CheckpointId, string Plan, string Card, int Width, DateTime CreatedAt, string? Aliases);
}
