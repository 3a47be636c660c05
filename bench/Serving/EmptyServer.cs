using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ContrastiveService.Bench.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace ContrastiveService.Bench.Serving;

/// <summary>Kestrel alone, in a process of its own: reads a request and answers as many bytes. What HTTP costs beyond it is our doing.</summary>
internal static class EmptyServer
{
    public const string Mode = "serve-nothing";

    private const string Port = "SERVE_NOTHING_PORT";

    /// <summary>Starts it, and waits until it listens.</summary>
    public static async Task<(ServiceProcess Process, IPEndPoint At)> StartAsync()
    {
        var at = new IPEndPoint(IPAddress.Loopback, ApiProcess.FreePort());
        var process = ServiceProcess.Start("Bench", new Dictionary<string, string> { [Port] = Invariant($"{at.Port}") }, Mode);
        while (process.ExitCode is null)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(at);
                return (process, at);
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        throw new InvalidOperationException($"The empty server ended with exit code {process.ExitCode}.");
    }

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(Environment.GetEnvironmentVariable(Port)!, CultureInfo.InvariantCulture)));
        await using var server = builder.Build();
        server.Run(async context =>
        {
            var bytes = new byte[(int)context.Request.ContentLength!];
            await context.Request.Body.ReadExactlyAsync(bytes);
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes);
        });
        await server.RunAsync();
        return 0;
    }
}
