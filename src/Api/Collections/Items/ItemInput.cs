using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Json;

namespace ContrastiveService.Api.Collections.Items;

/// <summary>A request's items as they came: kept, since a collection that goes over to another version meanwhile wants them embedded again.</summary>
sealed class ItemInput
{
    public UpsertItems? Body { get; private init; }

    public IFormCollection? Form { get; private init; }

    /// <summary>The version for which they were read first.</summary>
    public string? ReadFor { get; set; }

    /// <exception cref="Errors.ApiException">400: it cannot be read. 415: it is neither JSON nor a form.</exception>
    public static async Task<ItemInput> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HasFormContentType)
            return new() { Form = await FormReader.ReadAsync(request, cancellationToken) };
        MediaTypes.RequireJson(request, "or multipart/form-data");
        return new() { Body = await JsonBody.ReadAsync<UpsertItems>(request, cancellationToken) };
    }

    /// <summary>An item's name in errors.</summary>
    public string Param(int index) => $"{(Form is null ? "items" : "input")}[{index}]";
}
