namespace ContrastiveService.Api.Security;

/// <summary>Tells our own pages from those that others show in the same browser.</summary>
static class BrowserOrigin
{
    /// <summary>Whether a page of somebody else's made the browser send this request. Programs send neither header and count as our own.</summary>
    public static bool IsForeign(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site"]
        || request.Headers.Origin is [{ } origin] && !IsOurs(origin, request.Host);

    // By host and port alone: behind a proxy that ends TLS we see another scheme than the browser.
    private static bool IsOurs(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && Uri.TryCreate($"{page.Scheme}://{host}", UriKind.Absolute, out var ours) && page.Authority == ours.Authority;
}
