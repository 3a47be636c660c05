namespace ContrastiveService.Api.OpenAi;

/// <summary>OpenAI's answer.</summary>
/// <param name="Object"><c>list</c>.</param>
/// <param name="Model">The version that made them: <c>name:version</c>.</param>
public sealed record OpenAiEmbeddings(string Object, IReadOnlyList<OpenAiEmbedding> Data, string Model, OpenAiUsage Usage);
