using ContrastiveService.Storage.Collections.Hnsw;

namespace ContrastiveService.Api.Collections;

/// <param name="Name">Letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128 characters.</param>
/// <param name="Model"><c>name</c>, <c>name:version</c> or <c>name@alias</c>: the version that it means now, and that the collection keeps until it is re-embedded.</param>
/// <param name="Precision">How vectors are kept.</param>
/// <param name="KeepPictures">Keeps pictures that are not out of a data set with their items, as they came, so that the collection can be re-embedded for another version.</param>
/// <param name="Index">How it is searched; <c>auto</c> is exact while the vectors fit into memory.</param>
public sealed record CollectionRequest(
    string? Name, string? Model, VectorPrecision Precision = VectorPrecision.Float32, bool KeepPictures = true, IndexChoice Index = IndexChoice.Auto);
