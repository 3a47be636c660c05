using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;

namespace ContrastiveService.Api.Pictures;

/// <summary>Pictures as the files of a form.</summary>
static class FormPictures
{
    /// <summary>Reads all files, in their order; errors name them <c>input[i]</c>.</summary>
    public static Task<IReadOnlyList<Picture>> ReadAllAsync(IFormCollection form, int most, string setting, CancellationToken cancellationToken) =>
        ReadAsync(form.Files, "input", "The form", most, setting, cancellationToken);

    /// <summary>Reads the files in this field, in their order; errors name them <c>field[i]</c>.</summary>
    public static Task<IReadOnlyList<Picture>> ReadAllAsync(IFormCollection form, string field, int most, string setting, CancellationToken cancellationToken) =>
        ReadAsync(form.Files.GetFiles(field), field, $"The form's field '{field}'", most, setting, cancellationToken);

    /// <summary>Reads the file in this field.</summary>
    public static async Task<Picture> ReadAsync(IFormCollection form, string field, CancellationToken cancellationToken) =>
        form.Files.GetFile(field) is { } file
            ? new(field, await FormReader.BytesAsync(file, cancellationToken))
            : throw ApiException.BadRequest(field, $"The form needs a file in the field '{field}'.");

    private static async Task<IReadOnlyList<Picture>> ReadAsync(
        IReadOnlyList<IFormFile> files, string param, string where, int most, string setting, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || files.Count > most)
            throw ApiException.BadRequest(param, $"{where} has {files.Count} files; 1 to {most} pictures are taken ({setting}).");
        var pictures = new List<Picture>(files.Count);
        foreach (var file in files)
            pictures.Add(new($"{param}[{pictures.Count}]", await FormReader.BytesAsync(file, cancellationToken)));
        return pictures;
    }
}
