using Npgsql;
using NpgsqlTypes;

namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>Vectors of the new version, beside the collection until the cut-over.</summary>
static class StagedVectors
{
    public static async Task WriteAsync(NpgsqlConnection connection, Guid reembeddingId, IReadOnlyList<ReembeddedItem> items, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into collection_reembedded (reembedding_id, item_id, revision, vector, key, problem, missing)
            select $1, n.* from unnest($2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::boolean[]) as n
            on conflict (reembedding_id, item_id) do update
            set revision = excluded.revision, vector = excluded.vector, key = excluded.key, problem = excluded.problem, missing = excluded.missing
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = reembeddingId });
        command.Parameters.Add(new() { Value = items.Select(item => item.Of.Id).ToArray() });
        command.Parameters.Add(new() { Value = items.Select(item => item.Of.Revision).ToArray() });
        command.Parameters.Add(new() { Value = items.Select(item => item.Vector).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = items.Select(item => item.Vector is null ? item.Of.Key : null).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new()
        {
            Value = items.Select(item => item.Problem is null ? null : StoredText.Clean(item.Problem)).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        command.Parameters.Add(new() { Value = items.Select(item => item.Missing).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
