using System.Diagnostics;
using System.Text.Json.Nodes;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Postgres;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Training;
using ContrastiveService.Training.Plans;
using ContrastiveService.Worker;
using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Bench.Training;

/// <summary>The trainer process as a worker starts it, on a data set and with a job in a private PostgreSQL: metrics, checkpoints, and evaluation if asked for.</summary>
internal sealed class FullTrainer : IAsyncDisposable
{
    private const int Epochs = 3;

    private readonly DirectoryInfo folder;
    private readonly PrivatePostgres server;
    private readonly ServiceProvider services;
    private readonly Dataset dataset;
    private readonly int pictures;

    private FullTrainer(DirectoryInfo folder, PrivatePostgres server, ServiceProvider services, Dataset dataset, int pictures) =>
        (this.folder, this.server, this.services, this.dataset, this.pictures) = (folder, server, services, dataset, pictures);

    /// <param name="ImagesPerSecond">Of the last epoch, without its evaluation.</param>
    /// <param name="WaitShare">Share of the last epoch's training time in which steps waited for pictures.</param>
    /// <param name="EvaluationShare">Share of the run's time that evaluation took.</param>
    /// <param name="PeakBytes">The trainer's largest resident memory.</param>
    internal sealed record Result(double ImagesPerSecond, double WaitShare, double? EvaluationShare, long PeakBytes);

    public static async Task<FullTrainer> StartAsync(int pictures)
    {
        // Not a private temporary folder: PostgreSQL does not run as root, and must still reach its data when root runs this.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():n}"));
        var server = await PrivatePostgres.StartAsync(Path.Combine(folder.FullName, "postgres"), NullLogger.Instance, null, CancellationToken.None);
        await using (var database = new Database(server.ConnectionString))
            await database.MigrateAsync(CancellationToken.None);
        var services = new ServiceCollection().AddLogging().AddStorage(server.ConnectionString).BuildServiceProvider();
        var datasets = services.GetRequiredService<DatasetStore>();
        var dataset = await datasets.CreateAsync("noise", null, CancellationToken.None);
        var imports = services.GetRequiredService<ImportStore>();
        var import = await imports.StartAsync(dataset.Id, "bench", CancellationToken.None);
        foreach (var some in Enumerable.Range(0, pictures).Chunk(1024))
        {
            NewItem[] items = [.. some.Select(i => new NewItem($"{i:D6}.png", NoisePictures.Label(i), null, null, null, "image/png", StepSide.Size, StepSide.Size, 1, NoisePictures.Png(i, StepSide.Size)))];
            await services.GetRequiredService<DatasetItemStore>().AddAsync(import.Id, items, CancellationToken.None);
        }

        await imports.SucceedAsync(import.Id, CancellationToken.None);
        return new(folder, server, services, (await datasets.GetAsync(dataset.Id, CancellationToken.None))!, pictures);
    }

    /// <summary>Trains SimCLR from the first to the last step.</summary>
    public async Task<Result> RunAsync(string backbone, int batch, string precision, bool evaluates)
    {
        var plan = Plan(backbone, batch, precision, evaluates);
        var (job, _) = await services.GetRequiredService<TrainingJobStore>().CreateAsync(
            new NewTrainingJob("noise", dataset.Id, dataset.Version, plan.ToJson(), QueueName.Cpu), null, "", CancellationToken.None);
        var lease = (await services.GetRequiredService<JobLeaseStore>().ClaimAsync(job.Id, "bench", TimeSpan.FromHours(1), CancellationToken.None))!;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Default", server.ConnectionString)]).Build();
        var options = Options.Create(new WorkerOptions { CachePath = Path.Combine(folder.FullName, "cache") });
        using var trainer = Process.Start(new TrainerCommand(configuration, options).For(lease, Directory.CreateDirectory(Path.Combine(folder.FullName, $"{job.Id:n}")).FullName))!;
        var complaints = trainer.StandardError.ReadToEndAsync();
        var peak = 0L;
        while (await trainer.StandardOutput.ReadLineAsync() is not null)
        {
            trainer.Refresh();
            peak = Math.Max(peak, trainer.HasExited ? 0 : trainer.PeakWorkingSet64);
        }

        await trainer.WaitForExitAsync();
        if (trainer.ExitCode != TrainerExit.Completed)
            throw new InvalidOperationException($"The trainer ended with exit code {trainer.ExitCode}: {await complaints}");
        var series = await services.GetRequiredService<MetricStore>().SeriesAsync(job.Id, null, 1000, CancellationToken.None);
        return new(Last("imagesPerSecond")!.Value, Last("dataWaitShare")!.Value, Last("evaluationShare"), peak);

        double? Last(string name) => series.FirstOrDefault(s => s.Name == name)?.Points[^1].Value;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private TrainingPlan Plan(string backbone, int batch, string precision, bool evaluates)
    {
        var request = new JsonObject
        {
            ["dataset"] = "noise",
            ["method"] = "simclr",
            ["backbone"] = new JsonObject { ["type"] = backbone },
            ["batchSize"] = batch,
            ["epochs"] = Epochs,
            ["precision"] = precision,
            ["evaluation"] = evaluates ? [] : new JsonObject { ["everyEpochs"] = 0 },
        };
        using var json = System.Text.Json.JsonDocument.Parse(request.ToJsonString());
        return TrainingPlan.Resolve(json.RootElement, new DatasetFacts(pictures, pictures, 10, 1, StepSide.Size, StepSide.Size));
    }
}
