using System.Net;

namespace ContrastiveService.Api.Security;

/// <summary>Tells a caller on this machine from one that only looks like it.</summary>
static class LoopbackCaller
{
    private static readonly string[] ForwardedBy = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    /// <summary>
    /// The connection comes from this machine, no proxy brought it, and it is not a web page of somebody else's: a foreign page can make the
    /// browser on this machine call us, directly (the Origin gives it away) or under a name of its own that resolves to this machine (the Host does).
    /// </summary>
    public static bool Is(HttpContext context)
    {
        var request = context.Request;
        return context.Connection.RemoteIpAddress is { } address
            && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            && !ForwardedBy.Any(request.Headers.ContainsKey)
            && IsLoopbackName(request.Host.Host)
            && !BrowserOrigin.IsForeign(request);
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
}
