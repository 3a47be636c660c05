using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;

namespace ContrastiveService.Api.Pictures;

/// <summary>Pictures as the files of a form.</summary>
static class FormPictures
{
    /// <summary>Reads all files, in their order; errors name them <c>input[i]</c>.</summary>
    public static async Task<IReadOnlyList<Picture>> ReadAsync(IFormCollection form, int most, CancellationToken cancellationToken)
    {
        if (form.Files.Count == 0 || form.Files.Count > most)
            throw ApiException.BadRequest("input", $"The form has {form.Files.Count} files; 1 to {most} pictures are taken.");
        var pictures = new List<Picture>(form.Files.Count);
        foreach (var file in form.Files)
            pictures.Add(new($"input[{pictures.Count}]", await FormReader.BytesAsync(file, cancellationToken)));
        return pictures;
    }

    /// <summary>Reads the file in this field.</summary>
    public static async Task<Picture> ReadAsync(IFormCollection form, string field, CancellationToken cancellationToken) =>
        form.Files.GetFile(field) is { } file
            ? new(field, await FormReader.BytesAsync(file, cancellationToken))
            : throw ApiException.BadRequest(field, $"The form needs a file in the field '{field}'.");
}
