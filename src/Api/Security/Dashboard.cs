using Hangfire;

namespace ContrastiveService.Api.Security;

/// <summary>Hangfire's dashboard, behind the same door as everything else.</summary>
static class Dashboard
{
    public static void MapDashboard(this IEndpointRouteBuilder routes) =>
        routes.MapHangfireDashboard("/hangfire", new DashboardOptions
        {
            DashboardTitle = "ContrastiveService jobs",
            // Its own filter lets in loopback only; who may come in is decided once, for all pages, by the fallback policy.
            Authorization = [],
            AppPath = "/swagger",
            DisplayStorageConnectionString = false,
        });
}
