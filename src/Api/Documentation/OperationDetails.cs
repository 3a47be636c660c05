using System.Text.Json.Nodes;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ContrastiveService.Api.Documentation;

/// <summary>Adds what endpoints say of themselves: examples, headers, uploads; and to all the error body, the key they want and what paging means.</summary>
sealed class OperationDetails : IOperationFilter
{
    private const string Json = "application/json";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        foreach (var header in metadata.OfType<RequestHeader>())
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        foreach (var example in metadata.OfType<RequestExample>())
            AddExample(Body(operation), example, context);
        foreach (var upload in metadata.OfType<RequestUpload>())
            AddUpload(Body(operation), upload);
        if (!metadata.OfType<IAllowAnonymous>().Any())
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SwaggerSetup.Key, context.Document)] = [] }];
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
            parameter.Description ??= parameter.Name switch
            {
                "cursor" => "nextCursor of the page before; left out for the first.",
                "limit" => $"Entries of a page at most, 1 to {Cursor.LargestLimit}; {Cursor.DefaultLimit} when left out.",
                _ => null,
            };
        (operation.Responses ??= [])["default"] = new OpenApiResponse
        {
            Description = "What was wrong, and what would be right.",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["application/problem+json"] = new OpenApiMediaType { Schema = context.SchemaGenerator.GenerateSchema(typeof(Problem), context.SchemaRepository) },
            },
        };
    }

    private static OpenApiRequestBody Body(OpenApiOperation operation)
    {
        if (operation.RequestBody is not OpenApiRequestBody body)
            operation.RequestBody = body = new OpenApiRequestBody();
        body.Content ??= new Dictionary<string, IOpenApiMediaType>();
        return body;
    }

    private static void AddExample(OpenApiRequestBody body, RequestExample example, OperationFilterContext context)
    {
        if (!body.Content!.TryGetValue(Json, out var known) || known is not OpenApiMediaType media)
            body.Content[Json] = media = new OpenApiMediaType();
        if (example.Body is { } type)
            media.Schema = context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository);
        media.Example = JsonNode.Parse(example.Json);
    }

    private static void AddUpload(OpenApiRequestBody body, RequestUpload upload)
    {
        body.Description = upload.Description;
        foreach (var type in upload.MediaTypes)
            body.Content![type] = new OpenApiMediaType { Schema = type == EndpointDocumentation.Form ? upload.FormSchema() : Binary() };
    }

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
