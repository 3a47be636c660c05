namespace ContrastiveService.Api.Errors;

/// <summary>The <c>error</c> member of every error body, as OpenAI's clients expect it.</summary>
/// <param name="Message">What is wrong and what would be right.</param>
/// <param name="Type"><c>invalid_request_error</c>, <c>rate_limit_error</c> or <c>server_error</c>.</param>
/// <param name="Param">JSON path of the culprit.</param>
/// <param name="Code">Stable and machine-readable.</param>
public sealed record ErrorMember(string Message, string Type, string? Param, string? Code);
