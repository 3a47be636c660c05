namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>An upload that is wholly here.</summary>
/// <param name="Pictures">The archive, or the IDX file with the pictures.</param>
/// <param name="Format">What <paramref name="Pictures"/> is.</param>
/// <param name="Labels">The IDX file with the labels, if it came.</param>
/// <param name="Manifest">The manifest that was sent beside the archive, if one was.</param>
sealed record SpooledUpload(string Pictures, UploadFormat Format, string? Labels, ManifestFile? Manifest) : ImportSource
{
    public override long Length => new FileInfo(Pictures).Length;

    // A tar may have its manifest behind the pictures, so that it is gone through twice; unpacking is a small part of what an import does.
    public override ManifestFile? FindManifest(string root, string folder)
    {
        var found = Manifest;
        if (found is not null || Format == UploadFormat.IdxPictures)
            return found;
        foreach (var entry in Files(Take, _ => { }))
            if (ManifestFile.IsOne(entry.Path, root))
                throw new UploadException($"The manifest '{entry.Path}' cannot be read. {entry.Reason} Nothing was published.");
        return found;

        UploadEntry? Take(string path, long length, Func<Stream> open)
        {
            if (!ManifestFile.IsOne(path, root))
                return null;
            if (found is not null)
                throw new UploadException($"There are two manifests, '{found.Name}' and '{path}'. Nothing was published; leave one out.");
            found = new(Path.Combine(folder, "manifest"), path);
            using var content = open();
            found.Write(content);
            return null;
        }
    }

    public override IEnumerable<UploadEntry> Read(ImportOptions options, ApiOptions limits, Action<long> position)
    {
        return Format == UploadFormat.IdxPictures ? IdxUpload.Read(Pictures, Labels, options, limits.MaxItemPixels, position) : Files(Take, position);

        UploadEntry? Take(string path, long length, Func<Stream> open)
        {
            if (ItemPath.IsNoise(path))
                return null;
            if (ManifestFile.IsOne(path, options.Root))
                return Manifest is null ? null : new(path, null, "Another manifest was sent beside the archive; this one was not read.");
            return UploadEntry.Unpack(path, length, open, limits.MaxItemBytes);
        }
    }

    private IEnumerable<UploadEntry> Files(TakeFile take, Action<long> position) =>
        Format == UploadFormat.Zip ? ZipUpload.Read(Pictures, take, position) : TarUpload.Read(Pictures, Format, take, position);
}
