namespace ContrastiveService.Api.Security;

/// <summary>Tells our own pages from those that others show in the same browser.</summary>
static class BrowserOrigin
{
    /// <summary>Whether a page of somebody else's made the browser send this request. Programs send neither header and count as our own.</summary>
    public static bool IsForeign(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site"]
        || request.Headers.Origin is [{ } origin] && origin != $"{request.Scheme}://{request.Host}";
}
