using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using ContrastiveService.Api.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Security;

/// <summary>
/// Lets in who presents a configured key: as a bearer token (also what OpenAI's clients send), as <c>X-Api-Key</c>, or, on the pages made for browsers,
/// as the password of Basic authentication.
/// </summary>
sealed class ApiKeyAuthentication(
    ApiKeys keys, IOptions<ApiOptions> api, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    /// <summary>Tells callers apart without telling their keys.</summary>
    public const string KeyClaim = "key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var key = PresentedKey();
        if (key is not null && keys.Contains(key))
            return Task.FromResult(Granted("key", Digest(key)));
        // Clients that insist on sending some key get in as well.
        if (api.Value.OpenOnLoopback && LoopbackCaller.Is(Context))
            return Task.FromResult(Granted("loopback", key is null ? "loopback" : Digest(key)));
        return Task.FromResult(key is null ? AuthenticateResult.NoResult() : AuthenticateResult.Fail("This API key is not one of the configured ones."));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = IsBrowserPage ? "Basic realm=\"ContrastiveService: any name, the API key as password\"" : "Bearer";
        var message = await HandleAuthenticateOnceSafeAsync() is { Failure: { } failure } ? failure.Message : "This needs an API key.";
        await ProblemWriter.WriteAsync(Context, new ApiException(
            StatusCodes.Status401Unauthorized,
            "invalid_api_key",
            $"{message} Send one as 'Authorization: Bearer <key>'; the keys are set in the server's configuration (Api__Keys__0, Api__Keys__1, …)."));
    }

    private bool IsBrowserPage => Request.Path.StartsWithSegments("/swagger") || Request.Path.StartsWithSegments("/hangfire");

    private string? PresentedKey()
    {
        if (Request.Headers["X-Api-Key"] is [{ Length: > 0 } header])
            return header;
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var authorization) || authorization.Parameter is not { } parameter)
            return null;
        if (authorization.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return parameter;
        // A browser sends these along unasked, also with a form on a foreign page.
        return IsBrowserPage && !BrowserOrigin.IsForeign(Request) && authorization.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            ? PasswordOf(parameter)
            : null;
    }

    private static string? PasswordOf(string basic)
    {
        var bytes = new byte[basic.Length];
        return Convert.TryFromBase64String(basic, bytes, out var length) && Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [_, var password]
            ? password
            : null;
    }

    private static string Digest(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16];

    private static AuthenticateResult Granted(string how, string key) =>
        AuthenticateResult.Success(
            new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, how), new Claim(KeyClaim, key)], SchemeName)), SchemeName));
}
