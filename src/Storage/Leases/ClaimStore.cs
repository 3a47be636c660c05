namespace ContrastiveService.Storage.Leases;

/// <summary>
/// Work in the background, a row each in a table with state, fence, tries, lease_until, error and updated_at. One is claimed with a lease and a fence; what it brings and
/// how far it is are written together, so that whoever claims it next goes on exactly there. Methods that return a bool say whether the claim still held; if not, they
/// changed nothing.
/// </summary>
/// <param name="database">Has the table.</param>
/// <param name="table">Its name.</param>
/// <param name="columns">What makes a <typeparamref name="T"/>.</param>
/// <param name="progress">SQL: how many items it has got done.</param>
/// <param name="remedy">What its owner may do when it is given up.</param>
public abstract class ClaimStore<T>(Database database, string table, string columns, string progress, string remedy)
    where T : class, IClaimedWork
{
    /// <summary>The row, as long as the claim holds.</summary>
    protected const string Mine = "id = @Id and fence = @Fence and state = 'running'";

    // Claims in a row that got nothing done, after which it is the work's own fault.
    const string Tries = "5";

    protected Database Database { get; } = database;

    /// <summary>Takes the oldest work that nobody does: what is queued, or whose lease ran out.</summary>
    /// <returns>Null when there is none.</returns>
    public Task<T?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        var sql = $"""
            with spent as (
                update {table} set state = 'failed', lease_until = null, updated_at = now(), error =
                    'It was begun {Tries} times in a row and never got further than ' || {progress} || ' of ' || total || ' items. The server''s log says more; {remedy}'
                where state = 'running' and lease_until < now() and tries >= {Tries}
            )
            update {table}
            set state = 'running', fence = fence + 1, tries = tries + 1, lease_until = now() + make_interval(secs => @seconds), updated_at = now()
            where id = (
                select id from {table}
                where state = 'queued' or state = 'running' and lease_until < now() and tries < {Tries}
                order by id limit 1 for update skip locked
            )
            returning {columns}
            """;
        return Database.FirstAsync<T>(sql, new { seconds = lease.TotalSeconds }, cancellationToken);
    }

    public Task<bool> RenewAsync(T work, TimeSpan lease, CancellationToken cancellationToken) => WriteAsync(
        $"update {table} set lease_until = now() + make_interval(secs => @seconds) where {Mine}",
        new { work.Id, work.Fence, seconds = lease.TotalSeconds },
        cancellationToken);

    /// <summary>What it brought so far stays.</summary>
    public Task<bool> FailAsync(T work, string error, CancellationToken cancellationToken) => WriteAsync(
        $"update {table} set state = 'failed', lease_until = null, error = @error, updated_at = now() where {Mine}",
        new { work.Id, work.Fence, error = StoredText.Clean(error) },
        cancellationToken);

    /// <summary>The process stops in good order, or begins anew: another one may go on at once.</summary>
    public Task<bool> HandBackAsync(T work, CancellationToken cancellationToken) => WriteAsync(
        $"update {table} set state = 'queued', lease_until = null, tries = 0, updated_at = now() where {Mine}", new { work.Id, work.Fence }, cancellationToken);

    protected async Task<bool> WriteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        await Database.ExecuteAsync(sql, parameters, cancellationToken) > 0;
}
