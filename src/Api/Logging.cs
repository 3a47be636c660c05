using System.Globalization;
using ContrastiveService.Api.Errors;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace ContrastiveService.Api;

/// <summary>One line for each request, and everything else, to the console; the trace id is the one that error bodies tell.</summary>
static class Logging
{
    private const string Template = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {TraceId} {Properties}{NewLine}{Exception}";

    public static void AddRequestLogs(this WebApplicationBuilder builder) =>
        builder.Services.AddSerilog(configuration => configuration
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .Enrich.With<Brevity>()
            .WriteTo.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture));

    public static void UseRequestLogs(this WebApplication app) =>
        app.UseSerilogRequestLogging(options => options.GetLevel = (context, _, exception) => (context.Response.StatusCode, exception) switch
        {
            // They are asked for every few seconds, and say no in the ordinary course of starting and stopping.
            _ when context.Request.Path.StartsWithSegments("/health") || context.Request.Path.StartsWithSegments("/hangfire") => LogEventLevel.Debug,
            // They are counted (/metrics); a line for each of a crowd would be the next crowd.
            _ when ProblemWriter.Code(context) is ApiException.Overloaded or ApiException.RateLimited => LogEventLevel.Debug,
            (StatusCodes.Status503ServiceUnavailable, _) => LogEventLevel.Warning,
            ( >= 500, _) or (_, not null) => LogEventLevel.Error,
            _ => LogEventLevel.Information,
        });

    /// <summary>Leaves out what the trace id and the message say already.</summary>
    private sealed class Brevity : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            foreach (var known in (ReadOnlySpan<string>)["EventId", "RequestId", "ConnectionId"])
                logEvent.RemovePropertyIfPresent(known);
        }
    }
}
