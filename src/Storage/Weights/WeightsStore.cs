using ContrastiveService.Storage.Chunks;
using Dapper;

namespace ContrastiveService.Storage.Weights;

/// <summary>Weights that jobs start from: whole or absent, never changed, and never in memory as a whole.</summary>
public sealed class WeightsStore(Database database)
{
    const string Columns =
        """
        id, name, format, tensors, parameters, bytes, encode(sha256, 'hex') as Sha256, upload_bytes as UploadBytes, encode(upload_sha256, 'hex') as UploadSha256,
        created_at as CreatedAt
        """;

    /// <summary>Stores safetensors from the stream's position to its end.</summary>
    /// <exception cref="NameTakenException">The name is in use.</exception>
    public async Task<StoredWeights> CreateAsync(NewWeights weights, Stream content, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(weights.Name))
            throw new ArgumentException($"'{weights.Name}' cannot be the name of weights: it must match {ResourceName.Pattern}", nameof(weights));
        var id = Guid.CreateVersion7();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (bytes, sha256) = await ChunkWriter.WriteAsync(connection, ChunkTable.Weights, id, content, cancellationToken);
        const string sql = $"""
            insert into weights (id, name, format, tensors, parameters, bytes, sha256, upload_bytes, upload_sha256)
            values (@id, @Name, @Format, @Tensors, @Parameters, @bytes, @sha256, @UploadBytes, @UploadSha256)
            on conflict (name) do nothing
            returning {Columns}
            """;
        var parameters = new { id, weights.Name, weights.Format, weights.Tensors, weights.Parameters, bytes, sha256, weights.UploadBytes, weights.UploadSha256 };
        var created = await connection.QueryFirstOrDefaultAsync<StoredWeights>(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken))
            ?? throw Taken(weights.Name);
        await transaction.CommitAsync(cancellationToken);
        return created;
    }

    public Task<StoredWeights?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.FirstAsync<StoredWeights>($"select {Columns} from weights where name = @name", new { name }, cancellationToken);

    /// <summary>Weights by name, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<StoredWeights>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        const string sql = $"select {Columns} from weights where @after::text is null or name > @after order by name limit @limit";
        return database.QueryAsync<StoredWeights>(sql, new { after, limit }, cancellationToken);
    }

    /// <summary>A seekable stream of the safetensors, which holds one chunk at a time and checks each one it reads.</summary>
    /// <exception cref="NotFoundException">There are no weights of that name.</exception>
    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var weights = await GetAsync(name, cancellationToken)
            ?? throw new NotFoundException($"There are no weights '{name}' any more. Upload them again under that name, or start a job without them.");
        return new ChunkStream(database.Source, ChunkTable.Weights, weights.Id, weights.Bytes);
    }

    /// <returns>Whether they were there.</returns>
    /// <exception cref="InUseException">A queued or running job starts from them.</exception>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        const string activeJob = "select id from training_job where state in ('queued', 'running') and plan->'backbone'->>'pretrained' = @name limit 1";
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The lock keeps new jobs out: they take a share of it first.
        if (await connection.ExecuteScalarAsync<Guid?>(Command("select id from weights where name = @name for update")) is null)
            return false;
        if (await connection.ExecuteScalarAsync<Guid?>(Command(activeJob)) is { } job)
            throw new InUseException($"The weights '{name}' are what training job {job} starts from. Cancel the job or wait for its end.");
        await connection.ExecuteAsync(Command("delete from weights where name = @name"));
        await transaction.CommitAsync(cancellationToken);
        return true;

        CommandDefinition Command(string sql) => new(sql, new { name }, transaction, commandTimeout: 0, cancellationToken: cancellationToken);
    }

    static NameTakenException Taken(string name) => new($"There are weights named '{name}' already, and weights never change. Choose another name, or delete those.");
}
