using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Tests.Data;
using ContrastiveService.Training.Tests.Methods;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Running;

/// <summary>Sixty small grey pictures of three kinds (bars across, bars down, a disc), each with its own noise: enough to learn from in a second.</summary>
public sealed class TinyData : IDisposable
{
    public const int Side = 12;

    private readonly string folder = Directory.CreateTempSubdirectory("tiny-data-").FullName;

    public TinyData()
    {
        set_num_threads(1);
        Images = ImageStore.Open(Build("plain", value => value));
        Paired = ImageStore.Join(ImageStore.Open(Build("plain", value => value)), ImageStore.Open(Build("faint", value => 120 - (value / 3))));
        PairedUnlabelled = ImageStore.Join(ImageStore.Open(Build("plain", value => value)), ImageStore.Open(Build("unlabelled", value => 120 - (value / 3), labeled: false)));
    }

    public ImageStore Images { get; }

    /// <summary>The same and, as a second data set, another sixty that are faint negatives.</summary>
    public ImageStore Paired { get; }

    /// <summary>The same pictures, without labels on the second sixty.</summary>
    public ImageStore PairedUnlabelled { get; }

    public string Scratch => folder;

    public static DatasetFacts Facts { get; } = new(48, 48, 3, 1, Side, Side) { Grouped = true };

    /// <summary>The method's plan with its defaults but small heads, and with two domains where it asks for them.</summary>
    public static TrainingPlan Plan(MethodDescriptor method, int epochs = 3, string more = "{}")
    {
        var members = JsonNode.Parse(more)!.AsObject();
        if (method.DefaultOptions.Needs(Facts.Traits).Target is not null)
            members["domains"] = new JsonObject { ["targetDataset"] = "faint" };
        return Plan(SmallOptions.Json(method).ToJsonString(), epochs, members.ToJsonString());
    }

    /// <param name="method">The method's name or its JSON object.</param>
    /// <param name="epochs">Epochs of five steps.</param>
    /// <param name="more">A JSON object with further members of the plan, which replace whole members.</param>
    public static TrainingPlan Plan(string method, int epochs = 3, string more = "{}")
    {
        var request = JsonNode.Parse($$$"""
            {"dataset": "tiny", "method": {{{(method.StartsWith('{') ? method : $"\"{method}\"")}}}, "backbone": {"type": "seed-convnet"}, "epochs": {{{epochs}}}, "batchSize": 8,
             "schedule": {"warmupEpochs": 0.5}, "evaluation": {"everyEpochs": 1, "knn": [5], "metricsEverySteps": 1, "validationShare": 0.2}}
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
            request[name] = value!.DeepClone();
        return TrainingPlan.Resolve(JsonSerializer.SerializeToElement(request), request["domains"] is null ? Facts : Facts with { Target = Facts });
    }

    public TrainingOutcome Run(TrainingPlan plan, Recorder recorder, byte[]? checkpoint = null)
    {
        using var stream = checkpoint is null ? null : new MemoryStream(checkpoint);
        return new Trainer(plan, plan.Domains is null ? Images : Paired, CPU, Scratch, recorder).Run(stream, recorder.Stop.Token);
    }

    public void Dispose()
    {
        Images.Dispose();
        Paired.Dispose();
        PairedUnlabelled.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string Build(string name, Func<int, int> tone, bool labeled = true)
    {
        var path = Path.Combine(folder, name);
        using var builder = new ImageStoreBuilder(path, Side, 1);
        for (var i = 0; i < 60; i++)
        {
            var (kind, noise) = (i % 3, new Random(i));
            var png = Pictures.Encode(Pictures.Grey(Side, Side, (x, y) => (byte)Math.Clamp(tone(Shape(kind, x, y) + noise.Next(-40, 40)), 0, 255)));
            builder.Add(new($"{i}", labeled ? new[] { "across", "down", "disc" }[kind] : null, null, i >= 48 ? "test" : null, $"{kind}-{i / 12}"), png);
        }

        builder.Finish();
        return path;
    }

    private static int Shape(int kind, int x, int y) => kind switch
    {
        0 => y % 4 < 2 ? 200 : 50,
        1 => x % 4 < 2 ? 200 : 50,
        _ => Math.Abs(x - 5.5) + Math.Abs(y - 5.5) < 5 ? 200 : 50,
    };
}
