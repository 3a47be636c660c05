using System.Diagnostics;
using ContrastiveService.Local.Report;
using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Terminal;

namespace ContrastiveService.Local.Sample;

/// <summary>The newcomer's path through the service: upload, train, embed, compare, and a page that shows it.</summary>
internal sealed class SampleRun(ServiceClient service, IRunView view, LocalOptions options, Uri address, long started)
{
    private readonly FashionMnist _sample = FashionMnist.Find(options);
    private readonly SampleTraining _training = new(service, view, options.SamplesPath);

    /// <summary>Where the page lies.</summary>
    public string ReportPath { get; } = Path.Combine(options.DataPath, "report", "index.html");

    /// <summary>Trains, unless an earlier start did and nobody asks for it again.</summary>
    /// <returns>Null when there was nothing to do.</returns>
    public async Task<SampleResult?> RunAsync(CancellationToken ct)
    {
        var dataset = await new SampleImport(service, view).EnsureAsync(_sample, ct);
        if (await JobAsync(ct) is not { } job)
            return null;
        job = await _training.FollowAsync(job, ct);
        var version = job.ModelVersion ?? throw new LocalException($"Training job {job.Id} succeeded without a model version.");
        view.Say($"Trained {version}; comparing pictures");
        return await ReportAsync(dataset, job, version, ct);
    }

    private async Task<TrainingJobView?> JobAsync(CancellationToken ct)
    {
        var unfinished = await _training.FindUnfinishedAsync(_sample, ct);
        if (unfinished is not null && !options.Train)
        {
            view.Say($"Going on with job {unfinished.Id}");
            return unfinished;
        }

        if (unfinished is not null)
            await _training.CancelAsync(unfinished, ct);
        if (!options.Train && await service.FindAsync<ModelView>($"models/{_sample.Name}", ct) is not null && File.Exists(ReportPath))
        {
            view.Say($"There is a model {_sample.Name} from an earlier start; --train trains another version");
            return null;
        }

        view.Say($"Training on {_sample.Name}");
        return await _training.StartAsync(_sample, ct);
    }

    private async Task<SampleResult> ReportAsync(DatasetDetails dataset, TrainingJobView job, string version, CancellationToken ct)
    {
        var comparison = await SampleComparison.MakeAsync(service, _sample, version, ct);
        var pairs = comparison.Similarities();
        var shown = await comparison.ShowAsync(service, version, ct);
        var explained = await comparison.ExplainAsync(service, version, ct);
        var card = await service.GetAsync<VersionView>($"models/{version.Replace(":", "/versions/", StringComparison.Ordinal)}", ct);
        var metrics = await service.GetAsync<MetricsView>($"training-jobs/{job.Id}/metrics?maxPoints=400", ct);
        var result = new SampleResult(
            job.Id, version, Rounded(card.Card.KnnTop1Init), Rounded(card.Card.KnnTop1), Math.Round(metrics.Of("imagesPerSecond").Average(point => point.Value), 1),
            Math.Round(pairs.Same.Average(), 4), Math.Round(pairs.Different.Average(), 4), Math.Round(pairs.Views.Average(), 4),
            Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1));

        var stepsPerEpoch = job.Progress is { TotalSteps: > 0 } progress ? (double)progress.TotalSteps / progress.Epochs : 1;
        IReadOnlyList<(double, double)> ByEpoch(string name) => [.. metrics.Of(name).Select(point => (point.Step / stepsPerEpoch, point.Value))];
        var page = ReportPage.Render(new SampleReport(
            result, dataset.Name, dataset.Statistics.Splits["train"], job.Plan?.GetRawText() ?? "{}", ByEpoch("loss"), ByEpoch("knnTop1"),
            card.Card.Judgement, card.Card.Calibration, pairs, shown, explained, comparison.Neighbourhoods(), address, DateTimeOffset.Now));
        Directory.CreateDirectory(Path.GetDirectoryName(ReportPath)!);
        await File.WriteAllTextAsync(ReportPath, page, ct);
        return result;
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 4) : null;

    private sealed record ModelView(string Name);

    private sealed record VersionView(CardView Card);

    private sealed record CardView(double? KnnTop1, double? KnnTop1Init, JudgementView? Judgement, CalibrationView? Calibration);
}
