using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Pictures;

/// <summary>A picture as the whole body.</summary>
static class RawPicture
{
    private const int First = 1 << 16;

    /// <exception cref="ApiException">413: it is larger than a picture may be.</exception>
    public static async Task<Picture> ReadAsync(HttpRequest request, ApiOptions limits, CancellationToken cancellationToken)
    {
        // What a header promises takes memory as it comes, and not before.
        var announced = request.ContentLength ?? long.MaxValue;
        var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(announced, First));
        var (count, read) = (0, 0);
        do
        {
            if (count == bytes.Length && count < announced)
                Array.Resize(ref bytes, (int)Math.Min(announced, 2L * count));
            read = count < bytes.Length ? await request.Body.ReadAsync(bytes.AsMemory(count), cancellationToken) : 0;
            count += read;
            if (count > limits.MaxItemBytes)
                throw new ApiException(
                    StatusCodes.Status413PayloadTooLarge, "too_large", $"The picture has more than {limits.MaxItemBytes} bytes (Api:MaxItemBytes).", "input");
        }
        while (read > 0);
        return new Picture("input", count == bytes.Length ? bytes : bytes[..count]);
    }
}
