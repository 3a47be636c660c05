using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Tests.Backbones;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Running;

public sealed class PretrainedRunTests(TinyData data) : IClassFixture<TinyData>
{
    const string Member = """{"backbone": {"type": "seed-convnet", "batchNorm": true, "pretrained": "mine", "freeze": 2}}""";

    readonly List<WeightsReport> reports = [];

    static byte[] Filled(Func<string, bool> kept)
    {
        using var scope = NewDisposeScope();
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = "seed-convnet", BatchNorm = true }, channels: 1, TinyData.Side, seed: 9);
        FilledWeights.Fill(encoder);
        using var file = new MemoryStream();
        SafeTensors.Write(file, ModuleState.Of(encoder, "module.").Where(entry => kept(entry.Name)));
        return file.ToArray();
    }

    PretrainedWeights Weights(byte[] file) => new("mine", () => new MemoryStream(file), reports.Add);

    TrainingOutcome Run(TrainingPlan plan, Recorder recorder, PretrainedWeights pretrained, byte[]? checkpoint = null)
    {
        using var stream = checkpoint is null ? null : new MemoryStream(checkpoint);
        return new Trainer(plan, data.Images, CPU, data.Scratch, recorder, pretrained).Run(stream, recorder.Stop.Token);
    }

    [Fact]
    public void Training_starts_from_the_weights_and_leaves_frozen_stages_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var recorder = new Recorder();

        Run(TinyData.Plan("simclr", epochs: 1, Member), recorder, Weights(Filled(name => name != "module.fc.bias"))).ShouldBe(TrainingOutcome.Completed);

        reports.ShouldHaveSingleItem().Missing.ShouldBe(["fc.bias"]);
        using var checkpoint = new MemoryStream(recorder.Checkpoints[^1].Bytes);
        var header = SafeTensors.ReadHeader(checkpoint);
        foreach (var tensor in header.Tensors.Where(tensor => tensor.Name.StartsWith("backbone.", StringComparison.Ordinal)))
        {
            var name = tensor.Name["backbone.".Length..];
            var value = SafeTensors.Read(checkpoint, header, tensor.Name);
            value.eq(FilledWeights.Values(name, value.shape)).all().ToBoolean().ShouldBe(!name.StartsWith("fc", StringComparison.Ordinal) && !name.StartsWith("bn3", StringComparison.Ordinal), name);
        }
    }

    [Fact]
    public void A_run_that_goes_on_from_a_checkpoint_does_not_read_them_and_has_the_same_losses()
    {
        var plan = TinyData.Plan("simclr", epochs: 2, Member);
        var weights = Filled(_ => true);
        using var whole = new Recorder();
        Run(plan, whole, Weights(weights));
        using var first = new Recorder { StopAfter = 3 };
        Run(plan, first, Weights(weights)).ShouldBe(TrainingOutcome.Stopped);
        using var second = new Recorder();

        Run(plan, second, new PretrainedWeights("mine", () => throw new InvalidOperationException("they are gone")), first.Checkpoints[^1].Bytes);

        first.Series("loss").Concat(second.Series("loss")).ShouldBe(whole.Series("loss"));
    }

    [Fact]
    public void The_card_compares_with_the_pretrained_network_and_the_model_needs_it_no_more()
    {
        using var recorder = new Recorder();
        var plan = TinyData.Plan("simclr", epochs: 1, """{"backbone": {"type": "seed-convnet", "pretrained": "mine", "freeze": 3}}""");
        using var scope = NewDisposeScope();
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = "seed-convnet" }, channels: 1, TinyData.Side, seed: 9);
        FilledWeights.Fill(encoder);
        using var file = new MemoryStream();
        SafeTensors.Write(file, ModuleState.Of(encoder, ""));
        var weights = Weights(file.ToArray());
        Run(plan, recorder, weights);
        using var checkpoint = new MemoryStream(recorder.Checkpoints[^1].Bytes);

        var card = ModelCardWriter.Write(plan, checkpoint, data.Images, CPU, weights, TestContext.Current.CancellationToken);

        card.KnnTop1Init.ShouldBe(card.KnnTop1, "all of it was frozen");
        checkpoint.Position = 0;
        using var model = EmbeddingModel.Load(plan, card.Preprocessing, checkpoint, CPU);
        model.Embed([new byte[TinyData.Side * TinyData.Side]]).ShouldHaveSingleItem().Length.ShouldBe(128);
    }
}
