using System.Text.Json;
using ContrastiveService.Api.Collections.Items;
using ContrastiveService.Api.Documentation;
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
            default, default, null, form.Whole("k"), form.Number("minCosine"), filter, form["model"].FirstOrDefault(),
            form.Switch("exact"));
        return await desk.SearchAsync(name, asked, await FormPictures.ReadAsync(form, "image", stop), stop);
    }
}
