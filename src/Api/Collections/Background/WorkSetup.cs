using ContrastiveService.Storage.Leases;

namespace ContrastiveService.Api.Collections.Background;

static class WorkSetup
{
    /// <summary>Takes work of this kind whenever there is some.</summary>
    public static void AddWork<TWork, TStore, TRunner>(this IServiceCollection services)
        where TWork : class, IClaimedWork
        where TStore : ClaimStore<TWork>
        where TRunner : class, IWorkRunner<TWork>
    {
        services.AddSingleton<ClaimStore<TWork>>(provider => provider.GetRequiredService<TStore>());
        services.AddSingleton<IWorkRunner<TWork>, TRunner>();
        services.AddHostedService<WorkTaker<TWork>>();
    }
}
