using ContrastiveService.Storage.Collections.Hnsw;

namespace ContrastiveService.Api.Collections.Indexing;

/// <param name="Choice"><c>auto</c>, <c>exact</c> or <c>hnsw</c>.</param>
public sealed record ChooseIndex(IndexChoice? Choice);
