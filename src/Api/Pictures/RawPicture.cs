using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Pictures;

/// <summary>A picture as the whole body.</summary>
static class RawPicture
{
    /// <exception cref="ApiException">413: it is larger than a picture may be.</exception>
    public static async Task<Picture> ReadAsync(HttpRequest request, ApiOptions limits, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + read > limits.MaxItemBytes)
                throw new ApiException(
                    StatusCodes.Status413PayloadTooLarge, "too_large", $"The picture has more than {limits.MaxItemBytes} bytes (Api:MaxItemBytes).", "input");
            bytes.Write(buffer, 0, read);
        }

        return new Picture("input", bytes.ToArray());
    }
}
