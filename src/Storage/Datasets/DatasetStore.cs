using Dapper;
using Npgsql;

namespace ContrastiveService.Storage.Datasets;

/// <summary>Data sets: names, published versions, and what a version holds.</summary>
public sealed class DatasetStore(Database database)
{
    const string Columns = "id, name, description, version, items, bytes, created_at as CreatedAt, updated_at as UpdatedAt";

    /// <exception cref="NameTakenException">The name is in use.</exception>
    public async Task<Dataset> CreateAsync(string name, string? description, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(name))
            throw new ArgumentException($"'{name}' cannot be a data set's name: it must match {ResourceName.Pattern}", nameof(name));
        const string sql = $"""
            insert into dataset (id, name, description) values (@id, @name, @description)
            on conflict (name) do nothing
            returning {Columns}
            """;
        return await database.FirstAsync<Dataset>(sql, new { id = Guid.CreateVersion7(), name, description }, cancellationToken)
            ?? throw new NameTakenException($"A data set named '{name}' exists already. Choose another name, or add to that one.");
    }

    public Task<Dataset?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.FirstAsync<Dataset>($"select {Columns} from dataset where name = @name", new { name }, cancellationToken);

    public Task<Dataset?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        database.FirstAsync<Dataset>($"select {Columns} from dataset where id = @id", new { id }, cancellationToken);

    /// <summary>Data sets by name, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<Dataset>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        const string sql = $"select {Columns} from dataset where @after::text is null or name > @after order by name limit @limit";
        return database.QueryAsync<Dataset>(sql, new { after, limit }, cancellationToken);
    }

    /// <summary>Counts over the items that <paramref name="version"/> holds, of one <paramref name="domain"/> where that is not null.</summary>
    public async Task<DatasetStatistics> StatisticsAsync(Guid id, int version, CancellationToken cancellationToken, string? domain = null)
    {
        // One pass over the items; a row's kind says which column it counts: 3 = label, 5 = domain, 6 = split, 7 = all of them.
        const string sql = """
            with item as (
                select i.label, i.domain, i.split, i.split is not distinct from 'test' as held, i.width, i.height, i.channels, i.group_key
                from dataset_item i join dataset_blob b on b.id = i.blob_id join dataset_import m on m.id = b.import_id
                where i.dataset_id = @id and m.version <= @version and (@domain::text is null or i.domain = @domain)
            ), size as (
                select width, height from item group by width, height order by count(*) desc, width, height limit 1
            )
            select grouping(label, domain, split) as Kind, coalesce(label, domain, split) as Value, count(*) as Count, max(channels) as Channels,
                   count(*) filter (where not held) as Items, count(label) filter (where not held) as Labeled,
                   count(distinct label) filter (where not held) as Classes, count(group_key) filter (where not held) as Grouped,
                   (select width from size) as Width, (select height from size) as Height
            from item group by grouping sets ((label), (domain), (split), ())
            """;
        var facets = await database.QueryAsync<Facet>(sql, new { id, version, domain }, cancellationToken);
        var all = facets.Single(f => f.Kind == 7);
        var labels = Counts(facets, 3);
        return new DatasetStatistics(
            all.Count, labels.Values.Sum(), labels.Count, labels, Counts(facets, 5), Counts(facets, 6),
            new TrainingPart(all.Items, all.Labeled, (int)all.Classes, all.Grouped), all.Channels ?? 0, all.Width ?? 0, all.Height ?? 0);
    }

    /// <returns>Whether it was there.</returns>
    /// <exception cref="InUseException">A queued or running job, an unfinished import, into it or from it, or a re-embedding of what came from it uses it.</exception>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        const string activeJob = "select id from training_job where (dataset_id = @id or target_dataset_id = @id) and state in ('queued', 'running') limit 1";
        const string activeImport = "select id from dataset_import where dataset_id = @id and state in ('receiving', 'running') limit 1";
        const string activeReader = "select c.name from collection_import i join collection c on c.id = i.collection_id where i.dataset_id = @id and i.state in ('queued', 'running') limit 1";
        const string activeSource = """
            select c.name from collection_reembedding r join collection c on c.id = r.collection_id
            where r.state in ('queued', 'running') and exists (select from collection_item i join dataset d on d.name = i.dataset where i.collection_id = c.id and d.id = @id) limit 1
            """;
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The lock keeps new jobs and imports out: both take a share of it first.
        if (await connection.ExecuteScalarAsync<string?>(Command("select name from dataset where id = @id for update")) is not { } name)
            return false;
        if (await connection.ExecuteScalarAsync<Guid?>(Command(activeJob)) is { } job)
            throw new InUseException($"Data set '{name}' is used by training job {job}. Cancel the job or wait for its end.");
        if (await connection.ExecuteScalarAsync<Guid?>(Command(activeImport)) is { } import)
            throw new InUseException($"Data set '{name}' is being filled by import {import}. Wait for its end.");
        if (await connection.ExecuteScalarAsync<string?>(Command(activeReader)) is { } collection)
            throw new InUseException($"Data set '{name}' is being imported into collection '{collection}'. Wait for its end, or delete the collection.");
        if (await connection.ExecuteScalarAsync<string?>(Command(activeSource)) is { } source)
            throw new InUseException($"Data set '{name}' has pictures of the collection '{source}', which is being re-embedded. Wait for its end, or cancel that.");
        await connection.ExecuteAsync(Command("delete from dataset where id = @id"));
        await transaction.CommitAsync(cancellationToken);
        return true;

        CommandDefinition Command(string sql) => new(sql, new { id }, transaction, commandTimeout: 0, cancellationToken: cancellationToken);
    }

    static Dictionary<string, long> Counts(IReadOnlyList<Facet> facets, int kind) =>
        facets.Where(f => f.Kind == kind && f.Value is not null).OrderBy(f => f.Value, StringComparer.Ordinal).ToDictionary(f => f.Value!, f => f.Count);

    sealed record Facet(int Kind, string? Value, long Count, int? Channels, long Items, long Labeled, long Classes, long Grouped, int? Width, int? Height);
}
