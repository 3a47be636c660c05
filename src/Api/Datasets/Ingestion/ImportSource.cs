namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>What an import reads: an upload that is wholly here, or a folder of the server.</summary>
abstract record ImportSource
{
    /// <summary>Bytes that <see cref="Read"/> reports its position in; 0 where nobody knows before the end.</summary>
    public abstract long Length { get; }

    /// <param name="root">The folder in which it would lie: empty, or ending in '/'.</param>
    /// <param name="folder">Where it may be unpacked to.</param>
    /// <returns>The manifest, or null if there is none.</returns>
    /// <exception cref="UploadException">There are two, or it cannot be read.</exception>
    public abstract ManifestFile? FindManifest(string root, string folder);

    /// <summary>Everything but the manifest, and what desktops leave behind.</summary>
    /// <exception cref="UploadException">While enumerating: it cannot be read to its end.</exception>
    public abstract IEnumerable<UploadEntry> Read(ImportOptions options, ApiOptions limits, Action<long> position);
}
