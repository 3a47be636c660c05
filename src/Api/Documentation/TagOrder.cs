using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ContrastiveService.Api.Documentation;

/// <summary>Chapters in the order in which one meets them, not in that of the alphabet.</summary>
sealed class TagOrder : IDocumentFilter
{
    private static readonly (string Name, string Description)[] Chapters =
    [
        ("Data sets", "Upload pictures: archives, IDX files, or one by one."),
        ("Catalog", "What can be trained, with which options."),
        ("Views", "See what a method will see."),
        ("Weights", "Upload pretrained weights for jobs to start from."),
        ("Training jobs", "Queue, watch, cancel, resume."),
        ("Checkpoints", "Take the weights elsewhere."),
        ("Models", "Every finished job is a version; aliases move between versions."),
        ("Embeddings", "Pictures to vectors."),
        ("Similarity", "Two pictures to a number."),
        ("Collections", "Keep vectors, search them, find duplicates, outliers and a diverse few."),
        ("OpenAI-compatible", "The same for unmodified OpenAI clients: base URL /v1, any configured key."),
        ("Health", "For balancers; open to all."),
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) =>
        swaggerDoc.Tags = new HashSet<OpenApiTag>(Chapters.Select(c => new OpenApiTag { Name = c.Name, Description = c.Description }));
}
