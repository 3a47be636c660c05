namespace ContrastiveService.Api.Documentation;

/// <summary>A header that a handler reads.</summary>
sealed record RequestHeader(string Name, string Description);
