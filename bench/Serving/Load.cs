using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace ContrastiveService.Bench.Serving;

/// <summary>Asks an Api for embeddings.</summary>
/// <param name="server">Where it is.</param>
/// <param name="model">Of which model.</param>
/// <param name="pictures">Encoded, to be asked about in turn.</param>
internal sealed class Load(IPEndPoint server, string model, byte[][] pictures)
{
    private const int MostConnections = 1024;

    private readonly ConcurrentDictionary<(string? Key, int Each), byte[][]> requests = [];

    /// <summary>An answer's outcome.</summary>
    /// <param name="Milliseconds">From when it was due until it was read.</param>
    /// <param name="Overhead">The same without decoding, waiting for the network, and the network.</param>
    /// <param name="Status">Of HTTP; 0 for none.</param>
    /// <param name="SaysWhen">A refusal that says when to come again.</param>
    internal readonly record struct Outcome(double Milliseconds, double Overhead, int Status, bool SaysWhen);

    /// <summary>What became of them, in so many seconds.</summary>
    internal sealed record Result(IReadOnlyList<Outcome> Outcomes, double Seconds, int Each)
    {
        public Outcome[] Served { get; } = [.. Outcomes.Where(o => o.Status == 200)];

        /// <summary>Pictures per second that were asked about.</summary>
        public double Asked => Outcomes.Count * Each / Seconds;

        /// <summary>Pictures per second that were embedded.</summary>
        public double Rate => Served.Length * Each / Seconds;
    }

    /// <summary>So many callers, each of whom asks again when answered.</summary>
    /// <param name="each">Pictures in a request: one goes as it is, several as JSON with data URIs.</param>
    /// <param name="keys">Callers use them in turn.</param>
    public async Task<Result> ClosedAsync(int callers, double seconds, int each = 1, params string[] keys)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            using var connection = new Connection(server);
            var own = Requests(keys.Length == 0 ? null : keys[caller % keys.Length], each);
            for (var i = caller; clock.Elapsed.TotalSeconds < seconds; i += callers)
                outcomes.Add(await AskAsync(connection, own[i % own.Length], Stopwatch.GetTimestamp()));
        }));
        return new([.. outcomes], clock.Elapsed.TotalSeconds, each);
    }

    /// <summary>So many pictures a second whatever becomes of them, on as many connections as that takes, up to a thousand.</summary>
    /// <param name="perSecond">Pictures.</param>
    /// <param name="seconds">For so long.</param>
    /// <param name="each">Pictures in a request.</param>
    public async Task<Result> OpenAsync(double perSecond, double seconds, int each)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        var own = Requests(null, each);
        var (free, all) = (new ConcurrentBag<Connection>(), new List<Connection>());
        var asking = 0;
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed.TotalSeconds < seconds; i++)
        {
            var due = i * each / perSecond;
            if (due - clock.Elapsed.TotalSeconds > 0.002)
                await Task.Delay(TimeSpan.FromSeconds(due - clock.Elapsed.TotalSeconds));
            Connection? connection;
            while (!free.TryTake(out connection) && all.Count >= MostConnections)
                await Task.Delay(1);
            if (connection is null)
                all.Add(connection = new Connection(server));
            Interlocked.Increment(ref asking);
            var (its, request, start) = (connection, own[i % own.Length], Stopwatch.GetTimestamp());
            _ = Task.Run(async () =>
            {
                outcomes.Add(await AskAsync(its, request, start));
                free.Add(its);
                Interlocked.Decrement(ref asking);
            });
        }

        while (Volatile.Read(ref asking) > 0)
            await Task.Delay(1);
        var took = clock.Elapsed.TotalSeconds;
        all.ForEach(connection => connection.Dispose());
        return new([.. outcomes], took, each);
    }

    private static async Task<Outcome> AskAsync(Connection connection, byte[] request, long start)
    {
        var reply = await connection.AskAsync(request);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var inside = reply.Timing?.Split(", ").Where(part => !part.StartsWith("encode", StringComparison.Ordinal)).Sum(Duration) ?? 0;
        return new(took, took - inside, reply.Status, reply.SaysWhen);
    }

    private byte[][] Requests(string? key, int each) => requests.GetOrAdd((key, each), _ => [.. pictures.Chunk(each).Where(chunk => chunk.Length == each).Select(chunk => Request(key, chunk))]);

    private byte[] Request(string? key, byte[][] some)
    {
        var body = some is [var alone] ? alone : Encoding.ASCII.GetBytes(
            $"{{\"model\":\"{model}\",\"encoding\":\"base64\",\"input\":[{string.Join(',', some.Select(picture => $"\"data:image/png;base64,{Convert.ToBase64String(picture)}\""))}]}}");
        var head = $"POST /api/v1/embeddings{(some.Length == 1 ? $"?model={model}&encoding=base64" : "")} HTTP/1.1\r\nHost: {server}\r\n"
            + $"Content-Type: {(some.Length == 1 ? "image/png" : "application/json")}\r\nContent-Length: {body.Length}\r\n{(key is null ? "" : $"Authorization: Bearer {key}\r\n")}X-Priority: interactive\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private static double Duration(string part) => double.Parse(part.Split(";dur=")[1], CultureInfo.InvariantCulture);
}
