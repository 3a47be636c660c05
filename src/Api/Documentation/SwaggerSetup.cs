using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace ContrastiveService.Api.Documentation;

/// <summary>The interface's description at /swagger/v1/swagger.json and its pages at /swagger, all served from here.</summary>
static class SwaggerSetup
{
    /// <summary>The name of the scheme that operations refer to.</summary>
    public const string Key = "API key";

    public static void AddDocumentation(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "ContrastiveService",
                Version = "v1",
                Description = "Learns image representations from your own pictures and serves them: upload, train, watch, embed, compare. "
                    + "Every error has one body (application/problem+json) with the culprit's JSON path in error.param.",
            });
            options.IncludeXmlComments(typeof(SwaggerSetup).Assembly);
            options.SupportNonNullableReferenceTypes();
            options.AddSecurityDefinition(Key, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A key from the server's configuration (Api__Keys__0). Local mode needs none on this machine.",
            });
            options.MapType<JsonNode>(() => new OpenApiSchema { Type = JsonSchemaType.Object });
            options.OperationFilter<OperationDetails>();
            options.DocumentFilter<TagOrder>();
        });
    }

    public static void UseDocumentation(this WebApplication app) =>
        // Every other request would pass through both.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/swagger"), pages =>
        {
            pages.UseSwagger();
            pages.UseSwaggerUI(options =>
            {
                options.DocumentTitle = "ContrastiveService";
                options.SwaggerEndpoint("v1/swagger.json", "v1");
                options.EnableDeepLinking();
                options.DisplayRequestDuration();
                options.EnablePersistAuthorization();
                options.EnableTryItOutByDefault();
                options.DefaultModelsExpandDepth(-1);
            });
        });
}
