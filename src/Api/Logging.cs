using System.Globalization;
using Serilog;
using Serilog.Events;

namespace ContrastiveService.Api;

/// <summary>One line for each request, and everything else, to the console.</summary>
static class Logging
{
    private const string Template = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {Properties}{NewLine}{Exception}";

    public static void AddRequestLogs(this WebApplicationBuilder builder) =>
        builder.Services.AddSerilog(configuration => configuration
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .WriteTo.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture));

    public static void UseRequestLogs(this WebApplication app) =>
        app.UseSerilogRequestLogging(options => options.GetLevel = (context, _, exception) => (context.Response.StatusCode, exception) switch
        {
            // They are asked for every few seconds, and say no in the ordinary course of starting and stopping.
            _ when context.Request.Path.StartsWithSegments("/health") || context.Request.Path.StartsWithSegments("/hangfire") => LogEventLevel.Debug,
            ( >= 500, _) or (_, not null) => LogEventLevel.Error,
            _ => LogEventLevel.Information,
        });
}
