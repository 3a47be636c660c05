namespace ContrastiveService.Storage.Datasets;

/// <summary>A few items from all over a data set, for looking at; without reading it whole, however large it is.</summary>
public sealed class ItemSample(Database database)
{
    /// <summary>For each place the key of the first published item at or after it, so that an item that follows a gap of others' ids is met more often; none twice.</summary>
    /// <param name="datasetId">The data set.</param>
    /// <param name="places">Each in [0, 1): 0 is the first item, nearly 1 the last.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <returns>Keys in order of upload, at most one for each place; the same for the same places as long as nothing is added or taken away.</returns>
    public Task<IReadOnlyList<string>> KeysAsync(Guid datasetId, double[] places, CancellationToken cancellationToken)
    {
        const string sql = """
            with ends as (select min(id) as first, max(id) as last from dataset_item where dataset_id = @datasetId)
            select found.key from ends cross join lateral (
                select distinct on (hit.id) hit.id, hit.key
                from unnest(@places::float8[]) as place cross join lateral (
                    select i.id, i.key
                    from dataset_item i join dataset_blob b on b.id = i.blob_id join dataset_import m on m.id = b.import_id and m.version is not null
                    where i.dataset_id = @datasetId and i.id >= ends.first + floor(place * (ends.last - ends.first + 1))::bigint
                    order by i.id limit 1
                ) hit
            ) found
            order by found.id
            """;
        return database.QueryAsync<string>(sql, new { datasetId, places }, cancellationToken);
    }
}
