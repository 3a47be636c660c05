using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.OpenAi;

/// <summary>Says to those who look for OpenAI's files where pictures go here.</summary>
static class UploadEndpoints
{
    public static void MapUploads(this IEndpointRouteBuilder door)
    {
        door.Map("/files/{**rest}", Refuse).ExcludeFromDescription();
        door.Map("/uploads/{**rest}", Refuse).ExcludeFromDescription();
    }

    private static Task Refuse(HttpContext context) => throw ApiException.NotFound(
        "files_not_supported",
        "There are no files here; pictures are kept in data sets. POST /api/v1/datasets makes one, POST /api/v1/datasets/{name}/archive fills it, and its name is the "
        + "training_file of a fine-tuning job.");
}
