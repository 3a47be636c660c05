using System.Globalization;
using System.Text.Json;
using ContrastiveService.Api.Collections.Items;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Pictures;

namespace ContrastiveService.Api.Collections.Searching;

static class SearchEndpoint
{
    public static void MapSearch(this RouteGroupBuilder collections) =>
        collections.MapPost("/{name}/search", SearchAsync)
            .WithExample(
                $$"""{ "image": "{{PictureExamples.Square}}", "k": 10, "filter": { "label": { "in": ["3", "8"] } }, "minCosine": 0.5 }""", typeof(SearchRequest))
            .WithUpload("A picture as the file image of a form; k, minCosine, filter (JSON), model and exact as fields.", ["image"], ["k", "minCosine", "filter", "model", "exact"])
            .WithSummary("Finds the items nearest to a picture, a vector or an item, among those that a filter leaves: exactly, or by the collection's approximate index.");

    private static async Task<SearchView> SearchAsync(string name, HttpContext context, SearchDesk desk)
    {
        var (request, stop) = (context.Request, context.RequestAborted);
        if (!request.HasFormContentType)
        {
            MediaTypes.RequireJson(request, "or multipart/form-data");
            return await desk.SearchAsync(name, await JsonBody.ReadAsync<SearchRequest>(request, stop), null, stop);
        }

        var form = await FormReader.ReadAsync(request, stop);
        FormReader.Allow(form, "k", "minCosine", "filter", "model", "exact");
        var filter = form["filter"].FirstOrDefault() is { } text ? ItemReader.Parse(text, "filter") : default;
        var asked = new SearchRequest(
            default, default, null, Number<int>(form, "k", "a whole number"), Number<double>(form, "minCosine", "a number"), filter, form["model"].FirstOrDefault(),
            Flag(form, "exact"));
        return await desk.SearchAsync(name, asked, await FormPictures.ReadAsync(form, "image", stop), stop);
    }

    private static bool? Flag(IFormCollection form, string field)
    {
        if (form[field].FirstOrDefault() is not { } text)
            return null;
        return bool.TryParse(text, out var flag) ? flag : throw ApiException.BadRequest(field, $"{field} is '{text}'; it must be true or false.");
    }

    private static T? Number<T>(IFormCollection form, string field, string kind)
        where T : struct, IParsable<T>
    {
        if (form[field].FirstOrDefault() is not { } text)
            return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.BadRequest(field, $"{field} is '{text}'; it must be {kind}.");
    }
}
