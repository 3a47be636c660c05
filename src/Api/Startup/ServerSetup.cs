using ContrastiveService.Api.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Startup;

/// <summary>Configuration, limits, and what must have happened before requests are served.</summary>
static class ServerSetup
{
    public static void AddServer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ApiOptions>().BindConfiguration("Api").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsCheck>();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.AddOptions<FormOptions>().Configure<IOptions<ApiOptions>>((form, api) =>
        {
            form.MultipartBodyLengthLimit = api.Value.MaxRequestBytes;
            // It counts files too, and pictures may come as files.
            form.ValueCountLimit = Math.Max(form.ValueCountLimit, 2 * Math.Max(api.Value.MaxInputs, 2 * api.Value.MaxMatrixSide));
        });
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IMemoryPoolFactory<byte>, WideBlocks>();
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = kestrel.ApplicationServices.GetRequiredService<IOptions<ApiOptions>>().Value.MaxRequestBytes;
        });
    }

    public static void AddStartup(this IServiceCollection services)
    {
        services.AddSingleton<Readiness>();
        services.AddHostedService<DatabaseStartup>();
        services.AddHostedService<DrainDelay>();
    }

    /// <exception cref="OptionsValidationException">There is none.</exception>
    public static string ConnectionString(this WebApplicationBuilder builder) =>
        builder.Configuration.GetConnectionString("Default") is { Length: > 0 } connection
        ? connection
        : throw new OptionsValidationException(
            "ConnectionStrings", typeof(string),
            ["ConnectionStrings__Default is not set: it says where PostgreSQL is (Host=…;Database=…;Username=…;Password=…). "
            + "./run.sh brings a database of its own."]);
}
