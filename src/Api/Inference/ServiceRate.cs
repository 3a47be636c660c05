namespace ContrastiveService.Api.Inference;

/// <summary>How long a thing takes, from how long it took lately: an exponentially weighted mean. Of two threads that observe at the same moment, one may be overheard.</summary>
sealed class ServiceRate
{
    private const double Newest = 0.2;

    private double seconds = double.NaN;

    /// <summary>Seconds for one; 0 before anything was measured.</summary>
    public double Seconds => Volatile.Read(ref seconds) is var known && double.IsNaN(known) ? 0 : known;

    /// <summary>So many took so long together.</summary>
    public void Observe(int count, TimeSpan took)
    {
        var each = took.TotalSeconds / count;
        var before = Volatile.Read(ref seconds);
        Volatile.Write(ref seconds, double.IsNaN(before) ? each : before + (Newest * (each - before)));
    }
}
