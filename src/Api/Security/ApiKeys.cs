using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Security;

/// <summary>The configured keys, kept and compared as hashes so that neither the time it takes nor a memory dump tells a key.</summary>
sealed class ApiKeys(IOptions<ApiOptions> options)
{
    private readonly byte[][] hashes = [.. options.Value.Keys.Select(Hash)];

    public bool Contains(string presented)
    {
        var hash = Hash(presented);
        var found = false;
        foreach (var known in hashes)
            found |= CryptographicOperations.FixedTimeEquals(known, hash);
        return found;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
