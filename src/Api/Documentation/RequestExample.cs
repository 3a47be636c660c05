namespace ContrastiveService.Api.Documentation;

/// <param name="Json">A body that works as it stands, once the names in it exist.</param>
/// <param name="Body">Its type where the handler reads it itself; null where the handler's parameter says it.</param>
sealed record RequestExample(string Json, Type? Body);
