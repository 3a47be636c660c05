namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Decides on a file that a reader came to; what it does not open is not unpacked.</summary>
/// <param name="path">Its path in the upload.</param>
/// <param name="length">Its size in bytes as the upload has it, which need not be true.</param>
/// <param name="open">Its content, to be read before the call ends.</param>
/// <returns>The entry, or null to pass over it.</returns>
delegate UploadEntry? TakeFile(string path, long length, Func<Stream> open);
