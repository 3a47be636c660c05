using System.Buffers.Text;
using System.Text;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Paging;

/// <summary>Where a list goes on. Opaque to callers, so that what is in it can change.</summary>
static class Cursor
{
    public const int DefaultLimit = 50;

    public const int LargestLimit = 1000;

    /// <summary>Reads <c>cursor</c> and <c>limit</c>, fetches one more than asked for to learn whether there are more, and cuts the page.</summary>
    public static async Task<Page<TView>> PageAsync<TRow, TView, TPlace>(
        string? cursor, int? limit, Func<TPlace?, int, Task<IReadOnlyList<TRow>>> fetch, Func<TRow, TPlace> place, Func<TRow, TView> view)
        where TPlace : IParsable<TPlace>
    {
        var size = Limit(limit);
        var rows = await fetch(Decode<TPlace>(cursor), size + 1);
        var items = rows.Take(size).Select(view).ToArray();
        return new Page<TView>(items, rows.Count > size ? Encode(place(rows[size - 1])) : null);
    }

    public static int Limit(int? limit) => limit switch
    {
        null => DefaultLimit,
        >= 1 and <= LargestLimit => limit.Value,
        _ => throw ApiException.BadRequest("limit", $"limit is {limit}; it must be 1 to {LargestLimit}."),
    };

    public static string Encode<T>(T place)
        where T : IParsable<T> => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place.ToString()!));

    private static T? Decode<T>(string? cursor)
        where T : IParsable<T>
    {
        if (string.IsNullOrEmpty(cursor))
            return default;
        if (Base64Url.IsValid(cursor) && T.TryParse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)), null, out var place))
            return place;
        throw ApiException.BadRequest("cursor", "This cursor is not one that a list returned. Leave it out to start at the beginning.", "invalid_cursor");
    }
}
