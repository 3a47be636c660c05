namespace ContrastiveService.Api.Embeddings;

/// <param name="Model">The version that made them: <c>name:version</c>.</param>
/// <param name="Width">Numbers in a vector.</param>
/// <param name="Data">One for each picture, in their order.</param>
public sealed record EmbeddingsView(string Model, int Width, IReadOnlyList<EmbeddingView> Data);
