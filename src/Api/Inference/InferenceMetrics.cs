using Prometheus;

namespace ContrastiveService.Api.Inference;

/// <summary>What serving is measured by, under <c>/metrics</c>. Times in seconds.</summary>
sealed class InferenceMetrics
{
    private static readonly double[] Seconds = Histogram.ExponentialBuckets(0.0005, 2, 16);

    private readonly Histogram batch;
    private readonly Histogram decode;
    private readonly Histogram queue;
    private readonly Histogram forward;
    private readonly Counter refusals;
    private readonly Gauge waiting;
    private readonly Gauge models;
    private readonly Gauge modelBytes;

    public InferenceMetrics()
    {
        Registry = Prometheus.Metrics.NewCustomRegistry();
        DotNetStats.Register(Registry);
        var factory = Prometheus.Metrics.WithCustomRegistry(Registry);
        batch = factory.CreateHistogram("contrastive_batch_pictures", "Pictures that went through a network together.", new HistogramConfiguration { Buckets = Histogram.PowersOfTenDividedBuckets(0, 3, 5) });
        decode = factory.CreateHistogram("contrastive_decode_seconds", "Decoding one picture.", new HistogramConfiguration { Buckets = Seconds });
        queue = factory.CreateHistogram("contrastive_queue_seconds", "From the queue's door until the network began, for each part of a request.", new HistogramConfiguration { Buckets = Seconds });
        forward = factory.CreateHistogram("contrastive_forward_seconds", "A batch's way through a network.", new HistogramConfiguration { Buckets = Seconds });
        refusals = factory.CreateCounter("contrastive_refusals_total", "Requests that were sent away: full, deadline; own_full and own_deadline where the caller's own pictures were in the way.", "reason");
        waiting = factory.CreateGauge("contrastive_waiting_pictures", "Pictures that are decoded, wait, or go through a network.");
        models = factory.CreateGauge("contrastive_loaded_models", "Model versions in memory.");
        modelBytes = factory.CreateGauge("contrastive_loaded_model_bytes", "Memory of their weights.");
    }

    /// <summary>What <c>/metrics</c> shows.</summary>
    public CollectorRegistry Registry { get; }

    public void Ran(int pictures, TimeSpan took)
    {
        batch.Observe(pictures);
        forward.Observe(took.TotalSeconds);
    }

    public void Waited(TimeSpan time) => queue.Observe(time.TotalSeconds);

    public void Decoded(TimeSpan took) => decode.Observe(took.TotalSeconds);

    public void Refused(string reason) => refusals.WithLabels(reason).Inc();

    public void Loaded(int count, long bytes)
    {
        models.Set(count);
        modelBytes.Set(bytes);
    }

    /// <summary>Asks for how many pictures wait whenever somebody looks.</summary>
    public void Watch(Func<int> pictures) => Registry.AddBeforeCollectCallback(() => waiting.Set(pictures()));
}
