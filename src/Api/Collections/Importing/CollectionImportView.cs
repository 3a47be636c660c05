using ContrastiveService.Storage.Collections;

namespace ContrastiveService.Api.Collections.Importing;

/// <summary>A data set on its way into a collection.</summary>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>succeeded</c> or <c>failed</c>. What a failed one brought stays.</param>
/// <param name="Done">Items written, of <paramref name="Total"/>.</param>
/// <param name="Skipped">Pictures that could not be embedded; <paramref name="Note"/> says why the last one.</param>
public sealed record CollectionImportView(
    Guid Id, string Dataset, int DatasetVersion, string? Split, string State, long Done, long Skipped, long Total, string? Note, string? Error,
    DateTime CreatedAt, DateTime UpdatedAt)
{
    public static CollectionImportView Of(CollectionImport i) =>
        new(i.Id, i.Dataset, i.DatasetVersion, i.Split, i.State, i.Done, i.Skipped, i.Total, i.Note, i.Error, i.CreatedAt, i.UpdatedAt);
}
