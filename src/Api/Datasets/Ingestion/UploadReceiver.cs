using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Streams a request's body, or the files of a form, to disk; memory stays flat.</summary>
static class UploadReceiver
{
    private const int MostFiles = 2;

    /// <exception cref="ApiException">400 or 415: it is not an upload we read.</exception>
    public static async Task<ImportSource> ReceiveAsync(HttpRequest request, ActiveImport import, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        ManifestFile? manifest = null;
        if (request.HasFormContentType)
        {
            await foreach (var (field, name, content) in FormFiles.ReadAsync(request, cancellationToken))
            {
                if (files.Count + (manifest is null ? 0 : 1) == MostFiles)
                    throw ApiException.BadRequest(
                        field, "The form has more than two files. Send one archive, alone or with its manifest, or one IDX file of pictures with one of labels.");
                var path = await SpoolAsync(content, import, files.Count, cancellationToken);
                if (field == "manifest" || ManifestFile.IsOne(name))
                    manifest = Manifest(path, name);
                else
                    files.Add(path);
            }
        }
        else
        {
            files.Add(await SpoolAsync(request.Body, import, 0, cancellationToken));
        }

        return Match([.. files.Select(f => (f, UploadSniffer.Sniff(f)))], manifest);
    }

    private static ManifestFile Manifest(string path, string name)
    {
        if (!ManifestFile.IsReadable(name))
            throw ApiException.BadRequest("manifest", $"The manifest's name '{name}' must end in .csv or .jsonl, which says how it is read.");
        var kept = Path.ChangeExtension(path, "manifest");
        File.Move(path, kept);
        return new(kept, name);
    }

    private static async Task<string> SpoolAsync(Stream body, ActiveImport import, int number, CancellationToken cancellationToken)
    {
        var path = Path.Combine(import.Folder, $"{number}.upload");
        await using var file = File.Create(path);
        var buffer = new byte[1 << 17];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            import.Receive(read);
        }

        return path;
    }

    private static SpooledUpload Match((string Path, UploadFormat Format)[] files, ManifestFile? manifest)
    {
        if (files.Length == 0)
            throw ApiException.BadRequest("file", manifest is null ? "The form has no file." : "The form has a manifest but no archive.");
        if (Array.Find(files, f => f.Format == UploadFormat.Unknown).Path is { } unknown)
        {
            var what = new FileInfo(unknown).Length == 0 ? "The upload is empty." : "The upload is not an archive that is read, or its beginning is damaged.";
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_archive", $"{what} What is read: zip, tar, tar.gz, tar.zst, and IDX files, packed with gzip or not.");
        }

        return files.OrderBy(f => f.Format).ToArray() switch
        {
            [(_, UploadFormat.IdxPictures), ..] when manifest is not null =>
                throw ApiException.BadRequest("manifest", "A manifest goes with an archive; the labels of IDX pictures come as an IDX file."),
            [(_, not UploadFormat.IdxLabels) only] => new(only.Path, only.Format, null, manifest),
            [(_, UploadFormat.IdxPictures) pictures, (_, UploadFormat.IdxLabels) labels] => new(pictures.Path, pictures.Format, labels.Path, null),
            [_] => throw ApiException.BadRequest("file", "These are IDX labels without pictures. Send both files in one form."),
            _ => throw ApiException.BadRequest(
                "file", "Two files are taken only when one holds IDX pictures and the other IDX labels. Send archives one at a time."),
        };
    }
}
