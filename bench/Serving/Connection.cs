using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ContrastiveService.Bench.Serving;

/// <summary>A connection that asks one thing after the other. It does only what a measurement needs, since client and server share the processors and what a client costs is not the server's doing.</summary>
internal sealed class Connection(IPEndPoint server) : IDisposable
{
    private readonly byte[] buffer = new byte[1 << 20];
    private Socket? socket;

    /// <summary>Sends a whole request and reads the whole answer.</summary>
    /// <returns>Its status; 0 when the connection broke.</returns>
    public async Task<Reply> AskAsync(ReadOnlyMemory<byte> request)
    {
        try
        {
            if (socket is null)
            {
                socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(server);
            }

            for (var sent = 0; sent < request.Length;)
                sent += await socket.SendAsync(request[sent..], SocketFlags.None);
            return await ReadAsync();
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            Dispose();
            return default;
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async Task<Reply> ReadAsync()
    {
        var (length, head) = (0, -1);
        while (head < 0)
        {
            length += await MoreAsync(length);
            head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        }

        var lines = Encoding.ASCII.GetString(buffer, 0, head).Split("\r\n");
        string? Value(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];
        var body = head + 4;
        if (Value("Content-Length") is { } bytes)
        {
            for (var end = body + int.Parse(bytes, CultureInfo.InvariantCulture); length < end;)
                length += await MoreAsync(length);
        }
        else
        {
            while (!buffer.AsSpan(body, length - body).EndsWith("0\r\n\r\n"u8))
                length += await MoreAsync(length);
        }

        return new(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), Value("Server-Timing"), Value("Retry-After") is not null);
    }

    private async Task<int> MoreAsync(int at)
    {
        var read = await socket!.ReceiveAsync(buffer.AsMemory(at), SocketFlags.None);
        return read > 0 ? read : throw new EndOfStreamException();
    }

    /// <param name="Status">Of HTTP; 0 when the connection broke.</param>
    /// <param name="Timing">The header Server-Timing.</param>
    /// <param name="SaysWhen">Whether it says when to come again.</param>
    internal readonly record struct Reply(int Status, string? Timing, bool SaysWhen);
}
