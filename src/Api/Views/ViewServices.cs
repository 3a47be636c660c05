namespace ContrastiveService.Api.Views;

static class ViewServices
{
    public static void AddViews(this IServiceCollection services)
    {
        services.AddScoped<PreviewPictures>();
        services.AddScoped<PreviewSheet>();
    }
}
