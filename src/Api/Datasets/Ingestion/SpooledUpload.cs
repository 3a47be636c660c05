namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>An upload that is wholly here.</summary>
/// <param name="Pictures">The archive, or the IDX file with the pictures.</param>
/// <param name="Format">What <paramref name="Pictures"/> is.</param>
/// <param name="Labels">The IDX file with the labels, if it came.</param>
sealed record SpooledUpload(string Pictures, UploadFormat Format, string? Labels)
{
    /// <summary>Bytes that <see cref="Read"/> reports its position in.</summary>
    public long Length => new FileInfo(Pictures).Length;

    /// <exception cref="UploadException">While enumerating: it cannot be read to its end.</exception>
    public IEnumerable<UploadEntry> Read(ImportOptions options, ApiOptions limits, Action<long> position) => Format switch
    {
        UploadFormat.Zip => ZipUpload.Read(Pictures, limits.MaxItemBytes, position),
        UploadFormat.Tar or UploadFormat.TarGz => TarUpload.Read(Pictures, Format == UploadFormat.TarGz, limits.MaxItemBytes, position),
        _ => IdxUpload.Read(Pictures, Labels, options, limits.MaxItemPixels, position),
    };
}
