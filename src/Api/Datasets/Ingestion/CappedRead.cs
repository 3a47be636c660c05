namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Unpacks an entry without believing what it says about its size.</summary>
static class CappedRead
{
    /// <returns>The bytes, or null when there are more than <paramref name="cap"/>.</returns>
    public static byte[]? Read(Stream stream, int cap)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            if (bytes.Length + read > cap)
                return null;
            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }
}
