using ContrastiveService.Api.Datasets.Ingestion;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Api.Datasets;

/// <summary>Single pictures in a form, with what is known of them in its fields: one value for all files, or one for each in order.</summary>
static class ItemUpload
{
    public static async Task<(IReadOnlyList<NewItem> Good, IReadOnlyList<RejectView> Bad)> ReadAsync(
        IFormCollection form, ApiOptions limits, CancellationToken cancellationToken)
    {
        FormReader.Allow(form, "key", "label", "domain", "group", "split");
        if (form.Files.Count == 0)
            throw ApiException.BadRequest("file", "The form has no file. Send pictures as its files; label, domain, group, split and key are its fields.");
        List<NewItem> good = [];
        List<RejectView> bad = [];
        for (var i = 0; i < form.Files.Count; i++)
        {
            var file = form.Files[i];
            var key = Field(form, "key", i) ?? file.FileName;
            var options = new ImportOptions(ImportLayout.Flat, "", ImportOptions.CheckSplit(Field(form, "split", i)), "", [], ContentDuplicates.Keep);
            try
            {
                if (ItemPath.Read(key, options, out var reason) is not { } path)
                    throw new ImageFormatException(reason!);
                var place = path with { Label = Field(form, "label", i), Domain = Field(form, "domain", i), Group = Field(form, "group", i) };
                good.Add(PictureCheck.Accept(place, await FormReader.BytesAsync(file, cancellationToken), limits));
            }
            catch (ImageFormatException e)
            {
                bad.Add(new(key, e.Message));
            }
        }

        return (good, bad);
    }

    private static string? Field(IFormCollection form, string name, int index)
    {
        var values = form[name];
        if (values.Count > 1 && values.Count != form.Files.Count || name == "key" && values.Count == 1 && form.Files.Count > 1)
            throw ApiException.BadRequest(
                name,
                $"There are {values.Count} values of '{name}' for {form.Files.Count} files; send one for each file{(name == "key" ? "" : ", or one for all")}.");
        var value = values.Count > 1 ? values[index] : values.Count == 1 ? values[0] : null;
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
