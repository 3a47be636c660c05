using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Worker;
using ContrastiveService.Worker.Running;
using Microsoft.Extensions.Options;
using SkiaSharp;

namespace ContrastiveService.Service.Tests.Worker;

/// <summary>Stores of decoded pictures, with real processes that are killed.</summary>
public sealed class DecodingTests(WorkerLab lab) : IClassFixture<WorkerLab>
{
    [Fact]
    public async Task A_trainer_that_is_killed_while_it_decodes_costs_a_rebuild_and_nothing_else()
    {
        var set = await lab.ImportAsync("large-pictures", LargePictures(60));
        using var worker = lab.StartWorker();
        var id = await lab.SubmitAsync(1, set, request => request["imageSize"] = 16);
        var folder = Path.Combine(lab.Cache, "images");
        await Eventually.Is("a store that is being built", () => Task.FromResult(Directory.Exists(folder) && Directory.GetFiles(folder, $"{set.Id:N}*.tmp").Length > 0));

        WorkerProcess.Signal(WorkerProcess.TrainersOf(id).Single(), "KILL");

        var job = await lab.WhenAsync(id, JobState.Succeeded);
        job.Attempt.ShouldBe(2);
        Directory.GetFiles(folder, "*.tmp*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_jobs_that_need_the_same_pictures_decode_them_once_and_have_the_same()
    {
        using var output = new MemoryStream();
        using var voice = new TrainerVoice(Stream.Synchronized(output));
        var (first, second) = (await OpenAsync(), await OpenAsync());

        var stores = await Task.WhenAll(Task.Run(first), Task.Run(second));

        using var one = stores[0];
        using var other = stores[1];
        one.Records.ShouldBe(other.Records);
        one.Records.Count.ShouldBe(60);
        var said = System.Text.Encoding.UTF8.GetString(output.ToArray());
        said.Split("Decoded 60 pictures").Length.ShouldBe(2, said);

        async Task<Func<Task<ContrastiveService.Training.Data.ImageStore>>> OpenAsync()
        {
            var id = await lab.SubmitAsync(1);
            var job = (await lab.Jobs.GetAsync(id, CancellationToken.None))!;
            var lease = (await lab.Get<JobLeaseStore>().ClaimAsync(id, "test", TimeSpan.FromHours(1), CancellationToken.None))!;
            var record = new JobRecord(lease, lab.Get<MetricStore>(), lab.Checkpoints, lab.Events, lab.Get<JobLeaseStore>(), 1, voice, TimeProvider.System);
            var options = Options.Create(new WorkerOptions { CachePath = Path.Combine(lab.Cache, "of-two") });
            return () => new DecodedCache(lab.Get<DatasetItemStore>(), options, voice, TimeProvider.System)
                .OpenAsync(job, TrainingPlan.FromJson(job.Plan), record, CancellationToken.None);
        }
    }

    // PNG is never decoded at a reduced scale: 16 million pixels each are long enough to be met in the middle, and an even slope is small in the database.
    private static NewItem[] LargePictures(int count)
    {
        const int side = 4000;
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Gray8, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i / side / 16);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var png = encoded.ToArray();
        return [.. Enumerable.Range(0, count).Select(i => new NewItem($"{i:000}.png", i % 2 == 0 ? "even" : "odd", null, null, null, "image/png", side, side, 1, png))];
    }
}
