namespace ContrastiveService.Bench.Serving;

/// <summary>One way to compute the network. It may be called from as many threads at a time as it was made for.</summary>
/// <param name="name">What it is.</param>
/// <param name="apart">Whether each processor takes a batch of its own, or all share one.</param>
/// <param name="begin">To be called before it is measured: sets what threads libtorch uses.</param>
/// <param name="embed">Decoded pictures in, vectors of length 1 out.</param>
internal sealed class Engine(string name, bool apart, Action begin, Func<byte[][], float[][]> embed)
{
    public const string Apart = "a batch each";

    public string Name => name;

    /// <summary>Threads that call it at a time.</summary>
    public int Callers => apart ? Environment.ProcessorCount : 1;

    public string Threads => apart ? Apart : "one batch for all";

    public float[][] Embed(byte[][] chw) => embed(chw);

    /// <summary>Pictures per second over about this time.</summary>
    /// <param name="batch">Makes the n-th batch, decoding included if that is to count.</param>
    public double Measure(Func<int, byte[][]> batch, double seconds)
    {
        begin();
        var counts = new long[Callers];
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var threads = Enumerable.Range(0, Callers).Select(t => new Thread(() =>
        {
            for (var at = t; clock.Elapsed.TotalSeconds < seconds; at += Callers)
                counts[t] += embed(batch(at)).Length;
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return counts.Sum() / clock.Elapsed.TotalSeconds;
    }
}
