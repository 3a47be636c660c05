using System.Text.Json;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Tests.Backbones;
using ContrastiveService.Training.Views;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Inference;

public sealed class EmbeddingModelTests
{
    private const int Size = 32;

    // One of each kind: batch norms to fold and none, bottlenecks, groups with squeeze and excitation, layer norms, attention.
    public static TheoryData<string> Kinds => ["seed-convnet", "resnet18", "resnet50", "mobilenet_v3_small", "convnext_tiny", "vit_s_16"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_hundred_times_loaded_used_explained_and_unloaded_it_leaves_no_tensor_behind(string name)
    {
        var (plan, weights) = Stored(name);
        var pictures = new[] { Noise(1), Noise(2) };
        UseOnce();
        // TorchSharp counts the tensor that a parameter is made of, and goes on counting it after the parameter has taken its handle over.
        var overcounted = Parameters(plan);
        var before = Tensor.TotalCount;

        for (var cycle = 1; cycle <= (name == "seed-convnet" ? 100 : 3); cycle++)
        {
            UseOnce();
            // Without a collection: what a finaliser has to come for is left behind.
            (Tensor.TotalCount - (cycle * overcounted)).ShouldBe(before, $"after cycle {cycle}");
        }

        void UseOnce()
        {
            using var model = Load(plan, weights);
            model.Embed(pictures);
            model.Explain(pictures[0], pictures[1]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_takes_the_memory_of_its_weights_once_and_says_so(string name)
    {
        var (plan, weights) = Stored(name);
        var stored = SafeTensors.ReadHeader(new MemoryStream(weights)).Tensors.Sum(tensor => tensor.End - tensor.Begin);
        using var model = Load(plan, weights);

        // Folding leaves a number for each plane beside the weights.
        ((double)model.Bytes / stored).ShouldBeInRange(1, 1.03);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_answers_what_the_encoder_answers_and_explains_what_it_answers(string name)
    {
        var (plan, weights) = Stored(name);
        var pictures = new[] { Noise(1), Noise(2) };
        using var model = Load(plan, weights);
        var vectors = model.Embed(pictures);

        foreach (var (vector, expected) in vectors.Zip(Plain(plan, weights, pictures)))
            vector.Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4f);
        vectors[0].Zip(vectors[1], (a, b) => Math.Abs(a - b)).Max().ShouldBeGreaterThan(1e-3f, "two pictures are told apart");

        var explanation = model.Explain(pictures[0], pictures[1]);
        foreach (var (explained, vector) in new[] { (explanation.VectorA, vectors[0]), (explanation.VectorB, vectors[1]) })
            explained.Zip(vector, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-6f);
        explanation.Cosine.ShouldBe(vectors[0].Zip(vectors[1], (a, b) => (double)a * b).Sum(), 1e-5);
    }

    private static EmbeddingModel Load(TrainingPlan plan, byte[] weights) => EmbeddingModel.Load(plan, Preprocessing(plan), new MemoryStream(weights), CPU);

    private static Preprocessing Preprocessing(TrainingPlan plan) => new(plan.ImageSize, plan.Channels, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);

    private static (TrainingPlan Plan, byte[] Weights) Stored(string name)
    {
        var plan = TrainingPlan.Resolve(
            JsonSerializer.Deserialize<JsonElement>($$$"""
                {"dataset": "noise", "method": {"type": "simclr"}, "backbone": {"type": "{{{name}}}", "stem": "standard"}, "imageSize": {{{Size}}}, "device": "cpu"}
                """),
            new DatasetFacts(100, 0, 0, 3, Size, Size));
        using var scope = NewDisposeScope();
        using var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        FilledWeights.Fill(encoder);
        using var file = new MemoryStream();
        SafeTensors.Write(file, ModuleState.Of(encoder, "backbone."));
        return (plan, file.ToArray());
    }

    private static int Parameters(TrainingPlan plan)
    {
        using var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        return encoder.parameters().Count();
    }

    private static float[][] Plain(TrainingPlan plan, byte[] weights, byte[][] pictures)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        var file = new MemoryStream(weights);
        ModuleState.Load(encoder, file, SafeTensors.ReadHeader(file), "backbone.");
        encoder.eval();
        var pixels = tensor(pictures.SelectMany(picture => picture).ToArray(), ScalarType.Byte).view(pictures.Length, plan.Channels, Size, Size);
        var features = nn.functional.normalize(encoder.forward(Preprocessing(plan).Normalize(pixels)), dim: 1);
        return [.. Enumerable.Range(0, pictures.Length).Select(i => features[i].data<float>().ToArray())];
    }

    private static byte[] Noise(int seed)
    {
        var picture = new byte[3 * Size * Size];
        new Random(seed).NextBytes(picture);
        return picture;
    }
}
