using Microsoft.OpenApi;

namespace ContrastiveService.Api.Documentation;

/// <summary>A body that a handler reads as a stream or a form.</summary>
/// <param name="Files">The form's files.</param>
/// <param name="Fields">The form's other fields.</param>
sealed record RequestUpload(string Description, string[] MediaTypes, string[] Files, string[] Fields)
{
    public OpenApiSchema FormSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = Files.Select(f => (Name: f, Schema: new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" }))
            .Concat(Fields.Select(f => (Name: f, Schema: new OpenApiSchema { Type = JsonSchemaType.String })))
            .ToDictionary(p => p.Name, IOpenApiSchema (p) => p.Schema),
    };
}
