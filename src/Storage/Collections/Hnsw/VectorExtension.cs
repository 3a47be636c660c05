using System.Text.RegularExpressions;
using Npgsql;

namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>PostgreSQL's extension <c>vector</c> (pgvector) in our database, from the first version on whose HNSW indexes survive a vacuum unharmed.</summary>
public sealed partial class VectorExtension(Database database)
{
    /// <summary>0.8.3 and 0.8.4 mended HNSW indexes that a vacuum damaged.</summary>
    static readonly Version Least = new(0, 8, 4);

    /// <summary>Makes sure that it can be used: creates it where it is offered and not yet there. Cheap where it is.</summary>
    /// <returns>Null when it can be used; otherwise why not, and what to do.</returns>
    public async Task<string?> EnsureAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            select a.default_version as Offered, e.extversion as Installed, to_regtype('vector') is not null as IsVisible,
                   current_user::text as Account, current_database()::text as Name
            from (select) as one
            left join pg_available_extensions a on a.name = 'vector'
            left join pg_extension e on e.extname = 'vector'
            """;
        var found = (await database.FirstAsync<Found>(sql, null, cancellationToken))!;
        if (Obstacle(found) is { } obstacle)
            return obstacle;
        if (found.Installed is not null)
            return null;
        try
        {
            await database.ExecuteAsync("create extension if not exists vector", null, cancellationToken);
            return null;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateObject)
        {
            // Another process was first.
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return $"The account {found.Account} may not create PostgreSQL's extension vector. Let a superuser run CREATE EXTENSION vector in the database {found.Name} once.";
        }
        catch (PostgresException e)
        {
            return $"PostgreSQL's extension vector cannot be created: {e.MessageText}";
        }
    }

    /// <summary>Why an extension in this condition is of no use; null when it is, or can be created.</summary>
    internal static string? Obstacle(Found found)
    {
        if (found.Offered is null)
            return "This PostgreSQL does not offer the extension vector (pgvector).";
        if (found.Installed is { } installed && !IsEnough(installed))
        {
            return $"PostgreSQL's extension vector is {installed} in the database {found.Name}; {Least} or newer is needed. "
                + (IsEnough(found.Offered) ? "Let its owner run ALTER EXTENSION vector UPDATE there." : "Install a newer pgvector, then ALTER EXTENSION vector UPDATE.");
        }

        if (found.Installed is null && !IsEnough(found.Offered))
            return $"This PostgreSQL offers version {found.Offered} of the extension vector; {Least} or newer is needed. Install a newer pgvector.";
        return found.Installed is not null && !found.IsVisible
            ? $"PostgreSQL's extension vector is in a schema that the account {found.Account} does not search. Move it with ALTER EXTENSION vector SET SCHEMA, or extend that account's search_path."
            : null;
    }

    /// <summary>Compares numbers, not text: 0.8.10 is newer than 0.8.4.</summary>
    internal static bool IsEnough(string version) => Numbers().Match(version) is { Success: true } match && Version.TryParse(match.Value, out var number) && number >= Least;

    [GeneratedRegex(@"^\d+(\.\d+){1,3}")]
    private static partial Regex Numbers();

    internal sealed record Found(string? Offered, string? Installed, bool IsVisible, string Account, string Name);
}
