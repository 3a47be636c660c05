namespace ContrastiveService.Api.Inference;

static class InferenceServices
{
    public static void AddInference(this IServiceCollection services)
    {
        services.AddSingleton<InferenceThread>();
        services.AddSingleton<ModelLoader>();
        services.AddSingleton<ModelCache>();
        services.AddSingleton<Embedder>();
    }
}
