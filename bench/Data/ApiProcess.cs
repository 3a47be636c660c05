using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>The Api as it is deployed, in a process of its own, so that its memory is its own.</summary>
internal sealed class ApiProcess : IDisposable
{
    private readonly Process _process;

    private ApiProcess(Process process, Uri address) => (_process, Http) = (process, new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan });

    /// <summary>Speaks to it.</summary>
    public HttpClient Http { get; }

    /// <summary>Bytes of memory that are resident now.</summary>
    public long Resident => Status("VmRSS");

    /// <summary>Bytes of the largest memory that was ever resident.</summary>
    public long PeakResident => Status("VmHWM");

    /// <summary>Seconds of processor time that it took so far.</summary>
    public double Processor => _process.TotalProcessorTime.TotalSeconds;

    public static async Task<ApiProcess> StartAsync(string connectionString, string spool)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = Invariant($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ContrastiveService.Api.dll")]) { RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = address;
        start.Environment["ConnectionStrings__Default"] = connectionString;
        start.Environment["Api__OpenOnLoopback"] = "true";
        start.Environment["Api__SpoolPath"] = spool;
        start.Environment["Serilog__MinimumLevel__Default"] = "Warning";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        var api = new ApiProcess(process, new Uri(address));
        await api.ReadyAsync();
        return api;
    }

    public void Dispose()
    {
        Http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task ReadyAsync()
    {
        while (!_process.HasExited)
        {
            try
            {
                using var answer = await Http.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"The Api ended with exit code {_process.ExitCode}.");
    }

    private long Status(string field)
    {
        var line = File.ReadLines(Invariant($"/proc/{_process.Id}/status")).First(text => text.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[(field.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
    }
}
