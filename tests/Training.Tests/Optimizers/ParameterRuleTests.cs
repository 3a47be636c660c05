using ContrastiveService.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Optimizers;

/// <summary>Layer-wise options, lengths of gradients, and what makes LARS what it is.</summary>
public sealed class ParameterRuleTests
{
    public static TheoryData<OptimizerKind> Kinds => [.. Enum.GetValues<OptimizerKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_parameter_with_a_factor_goes_as_at_a_rate_of_its_own(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        var plan = new OptimizerPlan { Type = kind, WeightDecay = 0.1, LearningRate = 0.4 };

        After(plan, new(LearningRateFactor: 0.25), 0.2).eq(After(plan, ParameterRule.AsPlanned, 0.05)).all().ToBoolean().ShouldBeTrue();
        After(plan, new(LearningRateFactor: 0), 0.2).eq(Start()).all().ToBoolean().ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_parameter_outside_the_schedule_stays_at_the_peak(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        var plan = new OptimizerPlan { Type = kind, LearningRate = 0.4 };

        After(plan, new(0.5, Scheduled: false), 1e-6).eq(After(plan, ParameterRule.AsPlanned, 0.2)).all().ToBoolean().ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_parameter_that_does_not_decay_goes_as_without_weight_decay_and_lars_does_not_adapt_it(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        var plan = new OptimizerPlan { Type = kind, WeightDecay = 0.1 };
        var without = kind == OptimizerKind.Lars ? plan with { Type = OptimizerKind.Sgd, WeightDecay = 0 } : plan with { WeightDecay = 0 };

        After(plan, new(Decays: false), 0.1).eq(After(without, ParameterRule.AsPlanned, 0.1)).all().ToBoolean().ShouldBeTrue();
        After(plan, ParameterRule.AsPlanned, 0.1).eq(After(without, ParameterRule.AsPlanned, 0.1)).all().ToBoolean().ShouldBeFalse();
    }

    [Fact]
    public void A_step_of_lars_has_the_length_of_the_weights_times_trust_and_rate_however_long_the_gradient()
    {
        using var scope = NewDisposeScope();
        var plan = new OptimizerPlan { Type = OptimizerKind.Lars, Momentum = 0, WeightDecay = 0.1, TrustCoefficient = 0.02 };
        foreach (var scale in new[] { 1e-4, 1, 1e4 })
        {
            var step = Start() - After(plan, ParameterRule.AsPlanned, 0.5, scale, steps: 1);
            (step.norm() / Start().norm()).ToDouble().ShouldBe(0.01, 1e-6, $"a gradient times {scale}");
        }
    }

    [Fact]
    public void Where_lars_finds_a_length_of_0_it_takes_the_gradient_as_it_is()
    {
        using var scope = NewDisposeScope();
        var plan = new OptimizerPlan { Type = OptimizerKind.Lars, WeightDecay = 0.1 };
        var (nothing, still) = (new Parameter(zeros(3, 4)), new Parameter(ones(3, 4)));
        using var optimizer = Optimizer.Create(plan with { WeightDecay = 0 }, [("nothing", nothing), ("still", still)]);
        (nothing.grad, still.grad) = (ones(3, 4), zeros(3, 4));

        optimizer.Step(0.5);

        nothing.eq(-0.5).all().ToBoolean().ShouldBeTrue();
        still.eq(1).all().ToBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(20.0, 1)]
    [InlineData(6.5, 0.5)]
    public void Gradients_are_brought_to_the_longest_that_is_allowed_together_and_the_length_before_is_told(double? longest, double factor)
    {
        using var outer = NewDisposeScope();
        var (w, b) = (new Parameter(zeros(3, 4)), new Parameter(zeros(1)));
        using var optimizer = Optimizer.Create(new OptimizerPlan { ClipNorm = longest }, [("w", w), ("b", b), ("unreached", new Parameter(zeros(2)))]);
        (w.grad, b.grad) = (full([3, 4], Math.Sqrt(12)), full([1], -5.0)); // lengths 12 and 5
        using var scope = NewDisposeScope();
        var before = scope.DisposablesCount;

        var length = optimizer.Clip();

        scope.DisposablesCount.ShouldBe(before + 1);
        length.ToDouble().ShouldBe(13, 1e-5);
        w.grad!.norm().ToDouble().ShouldBe(12 * factor, 1e-5);
        b.grad!.ToDouble().ShouldBe(-5 * factor, 1e-5);
    }

    [Fact]
    public void Without_a_gradient_the_length_is_0()
    {
        using var scope = NewDisposeScope();
        using var optimizer = Optimizer.Create(new OptimizerPlan { ClipNorm = 1 }, [("w", new Parameter(zeros(3, 4)))]);

        optimizer.Clip().ToDouble().ShouldBe(0);
    }

    private static Tensor Start() => full([3, 4], 0.7);

    private static Tensor After(OptimizerPlan plan, ParameterRule rule, double learningRate, double scale = 1, int steps = 3)
    {
        var w = new Parameter(Start());
        using var optimizer = Optimizer.Create(plan, [("w", w)], rule: _ => rule);
        for (var step = 0; step < steps; step++)
        {
            using var random = new Generator((ulong)step);
            w.grad = randn(w.shape, generator: random) * scale;
            optimizer.Step(learningRate);
        }

        return w.detach();
    }
}
