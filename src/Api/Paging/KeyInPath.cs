using Microsoft.AspNetCore.Http.Features;

namespace ContrastiveService.Api.Paging;

/// <summary>An item's key at the end of a path.</summary>
static class KeyInPath
{
    /// <summary>The key with its escapes undone.</summary>
    public static string Read(HttpContext context, string name, string routed) => Uri.UnescapeDataString(AsSent(context, name, routed));

    /// <summary>The key as sent. The routed value is no use: in it an escaped slash stays escaped while everything else is not, so that two keys could look the
    /// same.</summary>
    public static string AsSent(HttpContext context, string name, string routed)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        var start = target.IndexOf($"/{name}/items/", StringComparison.Ordinal);
        return start < 0 ? routed : target[(start + name.Length + "//items/".Length)..];
    }
}
