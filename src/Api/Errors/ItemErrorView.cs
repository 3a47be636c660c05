namespace ContrastiveService.Api.Errors;

/// <summary>Why an item of a request was left out: what the request would have been refused with.</summary>
/// <param name="Index">Its place in the request.</param>
/// <param name="Param">JSON path of the culprit, such as <c>input[3]</c>.</param>
/// <param name="Code">Stable and machine-readable, such as <c>invalid_image</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record ItemErrorView(int Index, string? Param, string Code, string Message);
