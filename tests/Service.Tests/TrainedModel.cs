using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ContrastiveService.Service.Tests.Worker;

namespace ContrastiveService.Service.Tests;

/// <summary>A model that a real worker process trained on a few pictures: small, but made the way every model is.</summary>
/// <param name="Name">Its name; its versions count from 1.</param>
/// <param name="Data">What it was trained on: keys <c>train/lying/0.png</c> to <c>test/standing/47.png</c>.</param>
/// <param name="JobId">The job of version 1.</param>
sealed record TrainedModel(string Name, DatasetClient Data, string JobId)
{
    public const int Width = 128;

    /// <param name="http">Speaks to the service.</param>
    /// <param name="connectionString">Of its database.</param>
    /// <param name="cache">The worker's.</param>
    /// <param name="test">Pictures that are held out from training, half of them lying and half standing.</param>
    /// <param name="versions">How many, with the seeds 1, 2, ….</param>
    /// <param name="backbone">Of another one than seed-convnet, vectors have another width than <see cref="Width"/>.</param>
    public static async Task<TrainedModel> TrainAsync(HttpClient http, string connectionString, string cache, int test = 12, int versions = 2, string backbone = "seed-convnet")
    {
        var set = await DatasetClient.CreateAsync(http);
        await set.ImportAsync(
            TestArchives.TarGz(
                [.. Enumerable.Range(0, 36 + test).Select(i => ($"{(i < 36 ? "train" : "test")}/{(i % 2 == 0 ? "lying" : "standing")}/{i}.png", TestPictures.Bar(i, i)))]));
        var name = $"bars-{Guid.NewGuid():N}";
        var first = await SubmitAsync(1);
        for (var version = 2; version <= versions; version++)
            await SubmitAsync(version);
        using var worker = WorkerProcess.Start(connectionString, cache);
        foreach (var version in Enumerable.Range(1, versions))
            await Eventually.Get($"version {version} of {name}", async () => await EndedAsync(version) ? name : null);
        return new TrainedModel(name, set, first.Text("id")!);

        Task<JsonElement> SubmitAsync(int seed) => http.PostAsJsonAsync("/api/v1/training-jobs", new
        {
            name,
            dataset = set.Name,
            method = new { type = "simclr" },
            backbone = new { type = backbone },
            epochs = 2,
            batchSize = 16,
            seed,
            evaluation = new { knn = new[] { 3 }, metricsEverySteps = 1 },
        }).JsonAsync(HttpStatusCode.Accepted);

        async Task<bool> EndedAsync(int version)
        {
            var failed = (await http.GetAsync("/api/v1/training-jobs?state=failed").JsonAsync()).Items();
            failed.Where(j => j.Text("name") == name).ShouldBeEmpty(worker.Output);
            return (await http.GetAsync($"/api/v1/models/{name}/versions/{version}")).IsSuccessStatusCode;
        }
    }

    /// <summary>The bytes of one of its pictures.</summary>
    public static byte[] Picture(int number) => TestPictures.Bar(number, number);

    public static string Key(int number) => $"{(number < 36 ? "train" : "test")}/{(number % 2 == 0 ? "lying" : "standing")}/{number}.png";
}
