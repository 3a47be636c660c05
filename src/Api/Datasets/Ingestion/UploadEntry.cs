namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A file found in an upload.</summary>
/// <param name="Path">Its path there.</param>
/// <param name="Bytes">What it holds; null when it cannot be taken.</param>
/// <param name="Reason">Why it cannot be taken.</param>
/// <param name="Place">Key, label and the like, once they are known.</param>
sealed record UploadEntry(string Path, byte[]? Bytes, string? Reason = null, ItemPath? Place = null)
{
    /// <param name="path">Its path in the upload.</param>
    /// <param name="length">Its size as the upload has it.</param>
    /// <param name="open">Its content.</param>
    /// <param name="cap">Bytes above which it is refused.</param>
    public static UploadEntry Unpack(string path, long length, Func<Stream> open, int cap)
    {
        if (length <= cap)
        {
            using var content = open();
            if (CappedRead.Read(content, length, cap) is { } bytes)
                return new(path, bytes);
        }

        return new(path, null, $"It is larger than {cap} bytes (Api:MaxItemBytes).");
    }
}
