using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;

namespace ContrastiveService.Api.Security;

/// <summary>Everything is closed unless it says otherwise, routes that do not exist included.</summary>
static class ApiSecurity
{
    public static void AddApiSecurity(this IServiceCollection services)
    {
        services.AddSingleton<ApiKeys>();
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        // Authentication brings it along, and its keys would be written to the home folder; nothing here uses them.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
    }
}
