using System.Net;
using System.Net.Sockets;

namespace ContrastiveService.Local.Services;

/// <summary>A port of this machine that nobody listens on.</summary>
internal static class FreePort
{
    private const int Tries = 100;

    /// <summary>The first free port from <paramref name="preferred"/> on.</summary>
    /// <exception cref="LocalException">None of the next hundred is free.</exception>
    public static int From(int preferred)
    {
        for (var port = preferred; port < Math.Min(preferred + Tries, 65536); port++)
            if (IsFree(port))
                return port;
        throw new LocalException($"No port from {preferred} to {preferred + Tries - 1} is free. Choose another with --port.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
