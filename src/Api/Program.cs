using ContrastiveService.Api.Catalog;
using ContrastiveService.Api.Checkpoints;
using ContrastiveService.Api.Collections;
using ContrastiveService.Api.Datasets;
using ContrastiveService.Api.Datasets.Ingestion;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Embeddings;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Health;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.OpenAi;
using ContrastiveService.Api.OpenAi.FineTuning;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Api.Security;
using ContrastiveService.Api.Similarity;
using ContrastiveService.Api.Startup;
using ContrastiveService.Api.TrainingJobs;
using ContrastiveService.Api.Views;
using ContrastiveService.Api.Weights;
using ContrastiveService.Storage;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api;

/// <summary>The HTTP server.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            await using var app = Create(args);
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException e)
        {
            await Console.Error.WriteLineAsync("The configuration is wrong. " + string.Join(" ", e.Failures));
            return 1;
        }
    }

    /// <summary>Builds the server without starting it.</summary>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServer();
        builder.AddRequestLogs();
        builder.Services.AddStorage(builder.ConnectionString());
        builder.Services.AddReaper();
        builder.Services.AddStartup();
        builder.Services.AddApiSecurity();
        builder.Services.AddErrors();
        builder.Services.AddDocumentation();
        builder.Services.AddImports();
        builder.Services.AddInference();
        builder.Services.AddViews();
        builder.Services.AddCollections();
        builder.Services.AddScoped<JobSubmission>();
        builder.Services.AddScoped<PretrainedCheck>();
        builder.Services.AddScoped<FineTuningSubmission>();
        builder.Services.AddScoped<WeightsDesk>();
        builder.Services.AddScoped<PictureReader>();

        var app = builder.Build();
        app.UseRequestLogs();
        app.UseErrors();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseStartingGate();
        app.UseQueueDoor();
        app.UseDocumentation();
        app.MapHealth();
        app.MapInferenceMetrics();
        app.MapDatasets();
        app.MapCatalog();
        app.MapViews();
        app.MapWeights();
        app.MapTrainingJobs();
        app.MapCheckpoints();
        app.MapModels();
        app.MapEmbeddings();
        app.MapSimilarity();
        app.MapCollections();
        app.MapOpenAi();
        app.MapDashboard();
        return app;
    }
}
