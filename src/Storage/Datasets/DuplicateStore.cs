namespace ContrastiveService.Storage.Datasets;

/// <summary>Items of a data set that have the same content.</summary>
public sealed class DuplicateStore(Database database)
{
    /// <summary>Items that a group lists at most; its count says how many there are.</summary>
    public const int Listed = 100;

    /// <summary>Groups of published items in order of their content's hash, those after <paramref name="after"/> (32 bytes; null for the first).</summary>
    public async Task<IReadOnlyList<DuplicateGroup>> ListAsync(Guid datasetId, byte[]? after, int limit, CancellationToken cancellationToken)
    {
        // Grouped by the index alone first: only what occurs twice is worth the joins that say whether it is published.
        const string sql = $"""
            with candidate as (
                select sha256 from dataset_item where dataset_id = @datasetId and sha256 > @after group by sha256 having count(*) > 1 order by sha256
            ), repeated as (
                select c.sha256, p.count, p.labels
                from candidate c cross join lateral (
                    select count(*) as count, coalesce(array_agg(distinct i.label) filter (where i.label is not null), array[]::text[]) as labels
                    from {DatasetItemStore.Published} where i.dataset_id = @datasetId and i.sha256 = c.sha256
                ) p
                where p.count > 1 order by c.sha256 limit @limit
            )
            select encode(r.sha256, 'hex') as Sha256, r.count, r.labels, i.key, i.label, i.domain, i.split
            from repeated r cross join lateral (
                select i.id, i.key, i.label, i.domain, i.split
                from {DatasetItemStore.Published} where i.dataset_id = @datasetId and i.sha256 = r.sha256 order by i.id limit @listed
            ) i
            order by r.sha256, i.id
            """;
        var rows = await database.QueryAsync<Row>(sql, new { datasetId, after = after ?? [], limit, listed = Listed }, cancellationToken);
        return [.. rows.GroupBy(row => row.Sha256).Select(Group)];
    }

    static DuplicateGroup Group(IGrouping<string, Row> rows) => new(
        rows.Key, rows.First().Count, rows.First().Labels, [.. rows.Select(row => new DuplicateItem(row.Key, row.Label, row.Domain, row.Split))]);

    // Properties, as Dapper finds no constructor for an array.
    sealed record Row
    {
        public string Sha256 { get; init; } = "";

        public long Count { get; init; }

        public string[] Labels { get; init; } = [];

        public string Key { get; init; } = "";

        public string? Label { get; init; }

        public string? Domain { get; init; }

        public string? Split { get; init; }
    }
}
