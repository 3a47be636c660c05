using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Api;

/// <summary>The <c>Api</c> section of the configuration.</summary>
sealed class ApiOptions : IValidatableObject
{
    /// <summary>Shortest key that is accepted, in characters.</summary>
    public const int ShortestKey = 16;

    /// <summary>Keys that callers present; any of them opens everything.</summary>
    public string[] Keys { get; set; } = [];

    /// <summary>Lets callers on this machine in without a key. For local mode.</summary>
    public bool OpenOnLoopback { get; set; }

    /// <summary>Folder for uploads on their way into the database.</summary>
    [Required]
    public string SpoolPath { get; set; } = Path.Combine(Path.GetTempPath(), "contrastive-service-spool");

    /// <summary>Folders of this machine that data sets may be imported from, with all that is in them; none turns this off.</summary>
    public string[] ImportRoots { get; set; } = [];

    /// <summary>Largest request body, archives and weights apart.</summary>
    [Range(1024, int.MaxValue)]
    public long MaxRequestBytes { get; set; } = 128L << 20;

    /// <summary>Largest archive.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxArchiveBytes { get; set; } = 64L << 30;

    /// <summary>Largest file of weights, as it comes and as it is kept.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxWeightsBytes { get; set; } = 8L << 30;

    /// <summary>Largest encoded picture.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxItemBytes { get; set; } = 32 << 20;

    /// <summary>Largest picture, in pixels: what a small file may unpack to.</summary>
    [Range(1, int.MaxValue)]
    public int MaxItemPixels { get; set; } = 64_000_000;

    /// <summary>Pictures in one embeddings request.</summary>
    [Range(1, 100_000)]
    public int MaxInputs { get; set; } = 2048;

    /// <summary>Pictures on one side of a similarity matrix.</summary>
    [Range(1, 10_000)]
    public int MaxMatrixSide { get; set; } = 1000;

    /// <summary>Pictures that may wait for the inference threads before callers are sent away. One key may have as many as it leaves free for others: half, when it is alone.</summary>
    [Range(1, 1_000_000)]
    public int InferenceQueue { get; set; } = 8192;

    /// <summary>The same in pixels of decoded pictures.</summary>
    [Range(1, long.MaxValue)]
    public long InferenceQueuePixels { get; set; } = 400_000_000;

    /// <summary>How long an answer is of use to callers who do not say (X-Deadline-Ms): who cannot be served in time is sent away at once.</summary>
    [Range(0.001, 3600)]
    public double InferenceDeadlineSeconds { get; set; } = 30;

    /// <summary>Threads that compute, each a batch of its own. Decoding takes turns with them.</summary>
    [Range(1, 1024)]
    public int InferenceThreads { get; set; } = Environment.ProcessorCount;

    /// <summary>Pictures that go through a network at once.</summary>
    [Range(1, 4096)]
    public int InferenceBatch { get; set; } = 64;

    /// <summary>Memory for the weights of loaded models, in bytes; the one used longest ago makes room. One that is in use stays, whatever it takes.</summary>
    [Range(0, long.MaxValue)]
    public long ModelMemoryBytes { get; set; } = 2L << 30;

    /// <summary>Largest metadata of an item in a collection, in bytes of JSON.</summary>
    [Range(2, 1 << 20)]
    public int MaxMetadataBytes { get; set; } = 16 << 10;

    /// <summary>Memory for the vectors of collections that are searched; those searched longest ago make room.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long SearchMemoryBytes { get; set; } = 2L << 30;

    /// <summary>Of the ten nearest, how many an approximate index must find, 0 to 1; below that everything is compared.</summary>
    [Range(0, 1)]
    public double SearchMinimumRecall { get; set; } = 0.95;

    /// <summary>Threads that one search, or one analysis of a collection, may use.</summary>
    [Range(1, 1024)]
    public int SearchThreads { get; set; } = Environment.ProcessorCount;

    /// <summary>Items that duplicates, outliers and subsets are looked for among at once.</summary>
    [Range(2, 10_000_000)]
    public int AnalysisItems { get; set; } = 100_000;

    /// <summary>Seconds that such a look may take.</summary>
    [Range(1, 3600)]
    public int AnalysisSeconds { get; set; } = 60;

    /// <summary>Seconds that readiness says no before the server stops listening, so that a balancer looks away first.</summary>
    [Range(0, 600)]
    public int DrainSeconds { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Keys.Length == 0 && !OpenOnLoopback)
            yield return new(
                "No API key is configured. Set Api__Keys__0 to a secret of your own, or Api__OpenOnLoopback=true to let callers on this machine in without one.",
                [nameof(Keys)]);
        for (var i = 0; i < ImportRoots.Length; i++)
            if (!Path.IsPathFullyQualified(ImportRoots[i]))
                yield return new($"Api__ImportRoots__{i} is '{ImportRoots[i]}'; it must be an absolute path.", [nameof(ImportRoots)]);
        for (var i = 0; i < Keys.Length; i++)
            if (Keys[i].Length < ShortestKey)
                yield return new(
                    $"Api__Keys__{i} has {Keys[i].Length} characters; use at least {ShortestKey} (for example the output of `openssl rand -hex 24`).",
                    [nameof(Keys)]);
    }
}
