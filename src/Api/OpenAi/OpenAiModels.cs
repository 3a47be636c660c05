namespace ContrastiveService.Api.OpenAi;

/// <param name="Object"><c>list</c>.</param>
public sealed record OpenAiModels(string Object, IReadOnlyList<OpenAiModel> Data);
