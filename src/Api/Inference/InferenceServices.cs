using ContrastiveService.Api.Health;
using ContrastiveService.Api.Models;
using Prometheus;

namespace ContrastiveService.Api.Inference;

static class InferenceServices
{
    public static void AddInference(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<ModelDirectory>();
        services.AddSingleton<InferenceMetrics>();
        services.AddSingleton<InferenceThreads>();
        services.AddSingleton<DecodePool>();
        services.AddSingleton<Admission>();
        services.AddSingleton<ModelLoader>();
        services.AddSingleton<ModelCache>();
        services.AddSingleton<Embedder>();
        services.AddSingleton<NumericProbe>();
        services.AddHostedService(provider => provider.GetRequiredService<NumericProbe>());
    }

    /// <summary>Figures for Prometheus. Like everything else they want a key, which Prometheus can send.</summary>
    public static void MapInferenceMetrics(this IEndpointRouteBuilder routes)
    {
        var metrics = routes.ServiceProvider.GetRequiredService<InferenceMetrics>();
        var admission = routes.ServiceProvider.GetRequiredService<Admission>();
        metrics.Watch(() => admission.Pictures);
        routes.MapMetrics("/metrics", metrics.Registry).WithTags("Health").WithSummary("Figures for Prometheus: queue, batches, times, refusals, models, memory.");
    }
}
