using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>Collections: each bound to the model version that made its vectors, until it is re-embedded for another one.</summary>
public sealed class CollectionStore(Database database)
{
    const string Select =
        """
        select c.id, c.name, c.model_version_id as ModelVersionId, v.model, v.version, v.width, c.half, c.items, c.revision, c.created_at as CreatedAt, c.updated_at as UpdatedAt,
               c.keep_pictures as KeepPictures
        from collection c join model_version v on v.id = c.model_version_id
        """;

    /// <exception cref="NameTakenException">The name is in use.</exception>
    /// <exception cref="NotFoundException">There is no such model version.</exception>
    public async Task<Collection> CreateAsync(string name, Guid modelVersionId, bool half, CancellationToken cancellationToken, bool keepPictures = true)
    {
        if (!ResourceName.IsValid(name))
            throw new ArgumentException($"'{name}' cannot be a collection's name: it must match {ResourceName.Pattern}", nameof(name));
        const string sql = "insert into collection (id, name, model_version_id, half, keep_pictures) values (@id, @name, @modelVersionId, @half, @keepPictures) on conflict (name) do nothing";
        try
        {
            if (await database.ExecuteAsync(sql, new { id = Guid.CreateVersion7(), name, modelVersionId, half, keepPictures }, cancellationToken) == 0)
                throw new NameTakenException($"A collection named '{name}' exists already. Choose another name, or delete that one.");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new NotFoundException($"There is no model version {modelVersionId}.");
        }
        return await GetAsync(name, cancellationToken) ?? throw Gone(name);
    }

    public Task<Collection?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.FirstAsync<Collection>($"{Select} where c.name = @name", new { name }, cancellationToken);

    public Task<Collection?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        database.FirstAsync<Collection>($"{Select} where c.id = @id", new { id }, cancellationToken);

    /// <summary>Collections by name, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<Collection>> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<Collection>($"{Select} where @after::text is null or c.name > @after order by c.name limit @limit", new { after, limit }, cancellationToken);

    /// <returns>Whether it was there.</returns>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("delete from collection where id = @id", new { id }, cancellationToken) > 0;

    internal static NotFoundException Gone(string what) => new($"The collection {what} was deleted in the meantime.");
}
