namespace ContrastiveService.Api.Models;

/// <param name="Version">The version that the alias shall mean.</param>
public sealed record MoveAlias(int? Version);
