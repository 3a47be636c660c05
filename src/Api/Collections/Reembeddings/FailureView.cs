using ContrastiveService.Storage.Collections.Reembeddings;

namespace ContrastiveService.Api.Collections.Reembeddings;

/// <summary>An item that has no vector of the new version.</summary>
/// <param name="Missing">It has no picture; else its picture could not be embedded.</param>
public sealed record FailureView(string Key, string Reason, bool Missing)
{
    public static FailureView Of(ReembeddingFailure f) => new(f.Key, f.Reason, f.Missing);
}
