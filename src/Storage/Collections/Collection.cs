using System.Diagnostics.CodeAnalysis;

namespace ContrastiveService.Storage.Collections;

/// <summary>
/// Items with vectors of one model version. <c>Width</c> is a vector's length; <c>Half</c> says that its numbers are float16; <c>Revision</c> grows with every write;
/// <c>KeepPictures</c> says that pictures which are stored nowhere else are kept with their items.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is what the interface calls it.")]
public sealed record Collection(
    Guid Id, string Name, Guid ModelVersionId, string Model, int Version, int Width, bool Half, long Items, long Revision, DateTime CreatedAt, DateTime UpdatedAt, bool KeepPictures);
