using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Explanation;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Tests.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Explanation;

public sealed class PairExplanationTests
{
    // Those that make one vector otherwise than by averaging.
    private static readonly string[] NotPooled = ["seed-convnet", "vit_s_16", "vit_b_16"];

    public static TheoryData<string> Pooled => [.. BackboneCatalog.All.Select(b => b.Name).Except(NotPooled)];

    [Theory]
    [MemberData(nameof(Pooled))]
    public void Behind_a_global_average_the_positions_of_either_picture_add_up_to_the_cosine(string name)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(name);
        var pair = Noise(64);

        var explanation = PairExplanation.Of(encoder, pair);

        explanation.Cosine.ShouldBe(Cosine(encoder, pair), 1e-5);
        explanation.A.Sum.ShouldBe(explanation.Cosine, 1e-5);
        explanation.B.Sum.ShouldBe(explanation.Cosine, 1e-5);
        explanation.A.Values.Length.ShouldBe(explanation.A.Rows * explanation.A.Columns);
        explanation.A.Values.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Behind_a_linear_layer_what_is_left_is_what_it_gives_for_nothing()
    {
        using var scope = NewDisposeScope();
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = "seed-convnet", BatchNorm = false }, 3, 64, 1);
        Ready(encoder);
        var pair = Noise(64);
        var z = encoder.call(pair);
        var bias = encoder.named_parameters().Single(p => p.name == "fc.bias").parameter;

        var explanation = PairExplanation.Of(encoder, pair);

        var unit = nn.functional.normalize(z, dim: 1);
        explanation.RemainderA.ShouldBe(((bias * unit[1]).sum() / z[0].norm()).ToDouble(), 1e-5);
        explanation.RemainderB.ShouldBe(((bias * unit[0]).sum() / z[1].norm()).ToDouble(), 1e-5);
        (explanation.A.Rows, explanation.A.Columns).ShouldBe((7, 7));
    }

    [Theory]
    [InlineData("vit_s_16")]
    public void A_transformers_positions_are_its_patches_and_the_features_are_those_it_always_has(string name)
    {
        using var scope = NewDisposeScope();
        using var encoder = Create(name);
        var pair = Noise(64);

        var explanation = PairExplanation.Of(encoder, pair);

        explanation.Cosine.ShouldBe(Cosine(encoder, pair), 1e-5);
        (explanation.A.Rows, explanation.A.Columns).ShouldBe((4, 4));
        explanation.A.Values.ShouldAllBe(v => float.IsFinite(v));
        explanation.A.Values.Max(MathF.Abs).ShouldBeGreaterThan(0);
        explanation.A.Values.ShouldNotBe(explanation.B.Values);
    }

    [Fact]
    public void A_transformer_without_biases_and_embeddings_of_its_own_has_all_of_the_cosine_from_its_patches()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("vit_s_16");
        using (no_grad())
        {
            foreach (var (name, parameter) in encoder.named_parameters().Where(p => p.name.EndsWith("bias", StringComparison.Ordinal) || p.name is "class_token" or "encoder.pos_embedding"))
                parameter.zero_();
        }

        var explanation = PairExplanation.Of(encoder, Noise(64));

        explanation.A.Sum.ShouldBe(explanation.Cosine, 1e-5);
        explanation.B.Sum.ShouldBe(explanation.Cosine, 1e-5);
        explanation.A.Values.Distinct().Count().ShouldBe(16);
    }

    [Fact]
    public void An_empty_patch_of_a_transformers_picture_adds_nothing()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("vit_s_16");
        var pair = Noise(64);
        pair.narrow(0, 0, 1).narrow(2, 0, 32).zero_(); // the first picture's upper half

        var map = PairExplanation.Of(encoder, pair).A;

        map.Values[..8].ShouldAllBe(v => Math.Abs(v) < 1e-7);
        map.Values[8..].ShouldAllBe(v => Math.Abs(v) > 1e-7);
    }

    [Fact]
    public void A_picture_against_itself_has_one_map_twice_and_nothing_is_left_behind()
    {
        using var scope = NewDisposeScope();
        using var encoder = Create("small-convnet");
        var one = Noise(32).narrow(0, 0, 1);
        var pair = cat([one, one]);
        var before = scope.DisposablesCount;

        var explanation = PairExplanation.Of(encoder, pair);

        scope.DisposablesCount.ShouldBe(before);
        explanation.Cosine.ShouldBe(1, 1e-5);
        explanation.A.Values.Zip(explanation.B.Values).ShouldAllBe(v => Math.Abs(v.First - v.Second) < 1e-6);
    }

    [Fact]
    public void Others_may_pass_through_the_encoder_meanwhile()
    {
        using var scope = NewDisposeScope();
        using var encoder = new InterruptedEncoder();
        encoder.eval();
        var (pair, others) = (Noise(8), rand(5, 3, 16, 16));
        var alone = PairExplanation.Of(encoder, pair);
        long[]? passed = null;
        encoder.Meanwhile = () =>
        {
            var thread = new Thread(() =>
            {
                using var inner = NewDisposeScope();
                using var ungraded = no_grad();
                passed = encoder.forward(others).shape;
            });
            thread.Start();
            thread.Join();
        };

        var explanation = PairExplanation.Of(encoder, pair);

        passed.ShouldBe([5, 3]);
        (explanation.A.Rows, explanation.A.Columns).ShouldBe((8, 8));
        (explanation.Cosine, explanation.A.Sum).ShouldBe((alone.Cosine, alone.A.Sum));
    }

    /// <summary>The mean of each channel, and something that happens between the positions and the features.</summary>
    private sealed class InterruptedEncoder() : Backbone("interrupted", 3)
    {
        private Action? meanwhile;

        public Action? Meanwhile
        {
            set => meanwhile = value;
        }

        private protected override void Check(Tensor images)
        {
        }

        private protected override Tensor Encode(Tensor images)
        {
            using var scope = NewDisposeScope();
            var features = Average(images);
            Interlocked.Exchange(ref meanwhile, null)?.Invoke();
            return features.MoveToOuterDisposeScope();
        }
    }

    private static Backbone Create(string name)
    {
        var encoder = BackboneCatalog.Create(new BackbonePlan { Type = name }, 3, 64, 1);
        Ready(encoder);
        return encoder;
    }

    private static void Ready(Backbone encoder)
    {
        FilledWeights.Fill(encoder);
        encoder.Freeze(encoder.Stages.Count);
        encoder.eval();
    }

    private static Tensor Noise(int size)
    {
        using var random = new Generator(7);
        return rand([2, 3, size, size], generator: random);
    }

    private static double Cosine(Backbone encoder, Tensor pair)
    {
        using var ungraded = no_grad();
        using var unit = nn.functional.normalize(encoder.call(pair), dim: 1);
        return (unit[0] * unit[1]).sum().ToDouble();
    }
}
