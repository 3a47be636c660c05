using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Postgres;
using ContrastiveService.Training;
using ContrastiveService.Training.Plans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SkiaSharp;

namespace ContrastiveService.Service.Tests.Worker;

/// <summary>A database of its own with two small data sets in it, for tests that start, stop and kill worker processes.</summary>
public sealed class WorkerLab : IAsyncLifetime
{
    private const int Items = 60, Size = 16;
    // Not a private folder: the server runs as an account that has to reach it.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "worker-lab-" + Guid.NewGuid().ToString("N"))).FullName;
    private PrivatePostgres? _postgres;
    private ServiceProvider? _services;
    private Dataset? _dataset, _others;

    public TrainingJobStore Jobs => Get<TrainingJobStore>();

    public JobEventStore Events => Get<JobEventStore>();

    public CheckpointStore Checkpoints => Get<CheckpointStore>();

    public async ValueTask InitializeAsync()
    {
        _postgres = await PrivatePostgres.StartAsync(Path.Combine(_folder, "postgres"), NullLogger.Instance, new Dictionary<string, string> { ["fsync"] = "off" }, CancellationToken.None);
        _services = new ServiceCollection().AddLogging().AddStorage(_postgres.ConnectionString).BuildServiceProvider();
        await Get<Database>().MigrateAsync(CancellationToken.None);
        _dataset = await ImportAsync("squares", Squares(seed: 1));
        _others = await ImportAsync("other-squares", Squares(seed: 2));
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Where its workers keep decoded pictures.</summary>
    public string Cache => Path.Combine(_folder, "cache");

    public T Get<T>()
        where T : notnull => _services!.GetRequiredService<T>();

    internal WorkerProcess StartWorker(params (string Name, string Value)[] settings) => WorkerProcess.Start(_postgres!.ConnectionString, Cache, settings);

    /// <summary>Queues a job on the small data set: many short epochs, so that it can be met in the middle of one.</summary>
    public Task<Guid> SubmitAsync(int epochs, Action<JsonObject>? change = null) => SubmitAsync(epochs, _dataset!, change);

    public async Task<Guid> SubmitAsync(int epochs, Dataset dataset, Action<JsonObject>? change = null)
    {
        var request = new JsonObject
        {
            ["dataset"] = dataset.Name,
            ["method"] = "simclr",
            ["backbone"] = new JsonObject { ["type"] = "seed-convnet" },
            ["batchSize"] = 16,
            ["epochs"] = epochs,
            ["evaluation"] = new JsonObject { ["everyEpochs"] = epochs, ["metricsEverySteps"] = 1 },
            ["checkpoints"] = new JsonObject { ["everyEpochs"] = 10 },
        };
        change?.Invoke(request);
        var plan = TrainingPlan.Resolve(JsonSerializer.SerializeToElement(request), new DatasetFacts(Items, Items, 2, 1, Size, Size) { Target = request["domains"] is null ? null : new(Items, Items, 2, 1, Size, Size) });
        var row = new NewTrainingJob(plan.Name, dataset.Id, dataset.Version, plan.ToJson(), "cpu");
        if (plan.Domains is not null)
            row = row with { TargetDatasetId = _others!.Id, TargetDatasetVersion = _others.Version };
        var (job, _) = await Jobs.CreateAsync(row, null, "", CancellationToken.None);
        return job.Id;
    }

    public Task<TrainingJob> WhenAsync(Guid jobId, string what, Func<TrainingJob, bool> holds) =>
        Eventually.Get($"job {jobId} to be {what}", async () => await Jobs.GetAsync(jobId, CancellationToken.None) is { } job && holds(job) ? job : null);

    public Task<TrainingJob> WhenAsync(Guid jobId, string state) => WhenAsync(jobId, state, job => job.State == state);

    /// <summary>Waits until a job runs and has saved a checkpoint after <paramref name="step"/>.</summary>
    public Task<Checkpoint> WhenSavedAsync(Guid jobId, long step = 0) =>
        Eventually.Get($"a checkpoint of job {jobId}", async () =>
            await Checkpoints.LatestAsync(jobId, CancellationToken.None) is { } latest && latest.Step > step ? latest : null);

    public async Task<IReadOnlyList<SeriesPoint>> LossesAsync(Guid jobId) =>
        (await Get<MetricStore>().SeriesAsync(jobId, ["loss"], 1_000_000, CancellationToken.None)).Single().Points;

    /// <summary>A data set of these items.</summary>
    public async Task<Dataset> ImportAsync(string name, NewItem[] items)
    {
        var dataset = await Get<DatasetStore>().CreateAsync(name, null, CancellationToken.None);
        var imports = Get<ImportStore>();
        var import = await imports.StartAsync(dataset.Id, "test", CancellationToken.None);
        await Get<DatasetItemStore>().AddAsync(import.Id, items, CancellationToken.None);
        await imports.SucceedAsync(import.Id, CancellationToken.None);
        return (await Get<DatasetStore>().GetAsync(dataset.Id, CancellationToken.None))!;
    }

    // Bright and dark squares at random places: two classes, and nothing to download.
    private static NewItem[] Squares(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Items).Select(i => Square(i, random))];
    }

    private static NewItem Square(int number, Random random)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Size, Size, SKColorType.Gray8, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { Color = number % 2 == 0 ? SKColors.White : SKColors.DarkGray };
        canvas.Clear(new SKColor((byte)random.Next(60), 0, 0));
        canvas.DrawRect(random.Next(9), random.Next(9), 4 + number % 2 * 3, 7 - number % 2 * 3, paint);
        canvas.Flush();
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return new NewItem($"{number:000}.png", number % 2 == 0 ? "bright" : "dim", null, null, null, "image/png", Size, Size, 1, png.ToArray());
    }
}
