using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Indexing;

/// <summary>What the database found, scored as everything else is: the same numbers and the same order as a search in memory gives.</summary>
static class Rescoring
{
    public static SearchResult Order(VectorQuery query, IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)> found, int width, bool half)
    {
        var index = new VectorIndex(width, half);
        index.Apply(found);
        return index.Search([query], threads: 1)[0];
    }
}
