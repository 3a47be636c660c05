namespace ContrastiveService.Storage.Postgres;

/// <summary>This machine has no usable PostgreSQL server; the message says which package to install.</summary>
public sealed class PostgresNotFoundException(string message) : Exception(message);
