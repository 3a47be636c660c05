using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Weights;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Running;

/// <summary>What the optimiser's part of a plan does to a whole run.</summary>
public sealed class OptimizedRunTests(TinyData data) : IClassFixture<TinyData>
{
    private const string Plain = """{"type": "sgd", "learningRate": 0.01""";

    [Theory]
    [InlineData("npid")]
    [InlineData("moco-v2")]
    [InlineData("cross-domain")]
    public void A_run_in_micro_batches_is_the_run_of_whole_batches_where_nothing_compares_the_items_of_a_batch(string method)
    {
        using var whole = Run(method, Plain + "}");
        using var parts = Run(method, Plain + """, "accumulate": 4}""");

        parts.Warnings.ShouldNotContain(warning => warning.StartsWith("accumulation", StringComparison.Ordinal));
        foreach (var name in new[] { "loss", "gradientNorm" })
        {
            var expected = whole.Series(name).ToArray();
            expected.Length.ShouldBeGreaterThan(3);
            foreach (var (ours, (step, value)) in parts.Series(name).Zip(expected))
            {
                ours.Step.ShouldBe(step);
                ours.Value.ShouldBe(value, 1e-3 * Math.Max(1, value), $"{name} at step {step}");
            }
        }
    }

    [Fact]
    public void A_clipped_run_tells_how_long_its_gradients_were_and_goes_another_way()
    {
        using var free = Run("npid", Plain + "}");
        using var roomy = Run("npid", Plain + """, "clipNorm": 1000}""");
        using var clipped = Run("npid", Plain + """, "clipNorm": 0.01}""");

        roomy.Series("loss").ShouldBe(free.Series("loss"));
        clipped.Series("gradientNorm").First().ShouldBe(free.Series("gradientNorm").First());
        clipped.Series("gradientNorm").First().Value.ShouldBeGreaterThan(0.01);
        clipped.Series("loss").First().ShouldBe(free.Series("loss").First());
        clipped.Series("loss").Last().ShouldNotBe(free.Series("loss").Last());
    }

    [Fact]
    public void A_factor_of_0_leaves_the_encoder_as_it_was_and_the_heads_learn()
    {
        using var frozen = Run("npid", Plain + """, "backboneFactor": 0}""");
        using var full = Run("npid", Plain + "}");

        Weights(frozen, 0, "backbone.").ShouldBe(Weights(frozen, 1, "backbone."));
        Weights(frozen, 0, "method.projector").ShouldNotBe(Weights(frozen, 1, "method.projector"));
        Weights(full, 0, "backbone.").ShouldNotBe(Weights(full, 1, "backbone."));
    }

    [Fact]
    public void What_a_method_takes_out_of_the_schedule_goes_on_when_the_schedule_has_ended()
    {
        using var run = Run("simsiam", Plain + "}", """{"type": "step", "milestones": [0.5], "gamma": 0, "warmupEpochs": 0.5}""");

        run.Series("learningRate").Last().Value.ShouldBe(0);
        Weights(run, 0, "backbone.").ShouldBe(Weights(run, 1, "backbone."));
        Weights(run, 0, "method.projector.layers.linear").ShouldBe(Weights(run, 1, "method.projector.layers.linear"));
        Weights(run, 0, "method.predictor.layers.linear").ShouldNotBe(Weights(run, 1, "method.predictor.layers.linear"));
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("barlow-twins")]
    public void A_run_whose_batches_pass_the_encoder_in_chunks_is_the_run_of_whole_batches(string method)
    {
        using var whole = Run(method, Plain + "}");
        using var chunked = Run(method, Plain + """, "chunkSize": 10}""");

        chunked.Warnings.ShouldNotContain(warning => warning.StartsWith("chunked", StringComparison.Ordinal));
        var expected = whole.Series("loss").ToArray();
        foreach (var (ours, (step, value)) in chunked.Series("loss").Zip(expected))
        {
            ours.Step.ShouldBe(step);
            ours.Value.ShouldBe(value, 1e-3 * Math.Max(1, value), $"loss at step {step}");
        }
    }

    [Fact]
    public void Batch_norms_that_see_chunks_are_told_of()
    {
        using var seen = new Recorder();
        data.Run(TinyData.Plan("simclr", 1, """{"optimizer": {"chunkSize": 8}, "backbone": {"batchNorm": true}}"""), seen);

        seen.Warnings.ShouldHaveSingleItem().ShouldContain("optimizer.chunkSize");
    }

    [Fact]
    public void A_run_in_bfloat16_learns_and_resumes_bit_for_bit()
    {
        var plan = TinyData.Plan("byol", 3, """{"precision": "bfloat16"}""");
        using var whole = new Recorder();
        data.Run(plan, whole);
        using var first = new Recorder { StopAfter = 4 };
        data.Run(plan, first).ShouldBe(TrainingOutcome.Stopped);
        using var second = new Recorder();
        data.Run(plan, second, first.Checkpoints[^1].Bytes);

        second.Checkpoints[^1].Bytes.ShouldBe(whole.Checkpoints[^1].Bytes);
        whole.Series("epochLoss").Last().Value.ShouldBeLessThan(whole.Series("epochLoss").First().Value);
        using var exact = new Recorder();
        data.Run(TinyData.Plan("byol", 3, """{"precision": "float32"}"""), exact);
        whole.Series("loss").ShouldNotBe(exact.Series("loss"));
        whole.Series("loss").First().Value.ShouldBe(exact.Series("loss").First().Value, 0.02);
    }

    [Fact]
    public void A_run_goes_on_in_the_arithmetic_that_it_began_in()
    {
        using var first = new Recorder { StopAfter = 4 };
        data.Run(TinyData.Plan("simclr", 1, """{"precision": "bfloat16"}"""), first);
        using var began = new Recorder();
        data.Run(TinyData.Plan("simclr", 1, """{"precision": "bfloat16"}"""), began, first.Checkpoints[^1].Bytes);
        using var elsewhere = new Recorder();
        data.Run(TinyData.Plan("simclr", 1, """{"precision": "auto"}"""), elsewhere, first.Checkpoints[^1].Bytes);

        elsewhere.Series("loss").ShouldBe(began.Series("loss"));
    }

    private Recorder Run(string method, string optimizer, string schedule = """{"warmupEpochs": 0.5}""")
    {
        var seen = new Recorder();
        data.Run(TinyData.Plan(MethodCatalog.Find(method), 2, $$"""{"optimizer": {{optimizer}}, "schedule": {{schedule}}}"""), seen).ShouldBe(TrainingOutcome.Completed);
        return seen;
    }

    private static float[] Weights(Recorder run, int checkpoint, string prefix)
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream(run.Checkpoints[checkpoint].Bytes);
        var header = SafeTensors.ReadHeader(stream);
        return [.. header.Tensors.Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(e => SafeTensors.Read(stream, header, e.Name).to(float32).data<float>().ToArray())];
    }
}
