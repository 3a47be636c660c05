using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>What every method in the catalog must do, with labels and, where it can, without. A new method is tested by being there.</summary>
/// <remarks>Some methods draw from the process-wide generator, so nothing else may draw meanwhile.</remarks>
[CollectionDefinition(nameof(MethodConformanceTests), DisableParallelization = true)]
[Collection(nameof(MethodConformanceTests))]
public sealed class MethodConformanceTests
{
    public static TheoryData<string> Names { get; } = [.. MethodCatalog.All.Select(m => m.Name)];

    public static TheoryData<string, bool, bool, bool> Uses { get; } = new(MethodUse.All().Select(use => (use.Name, use.Data.Labeled, use.Data.HasTarget, use.Data.Grouped)));

    [Theory]
    [MemberData(nameof(Uses))]
    public void Its_loss_is_one_finite_number_attached_to_the_graph(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(name, labeled, target, grouped);

        foreach (var batch in new[] { rig.Agreeing(1), rig.Strangers(2) })
        {
            var loss = rig.Method.Loss(batch);

            loss.numel().ShouldBe(1);
            loss.requires_grad.ShouldBeTrue();
            double.IsFinite(loss.ToDouble()).ShouldBeTrue();
            foreach (var (report, value) in batch.Reports)
                double.IsFinite(value.ToDouble()).ShouldBeTrue(report);
        }
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Its_gradient_reaches_every_weight_of_the_encoder_and_of_its_heads(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(name, labeled, target, grouped);

        rig.Method.Loss(rig.Strangers(3)).backward();

        foreach (var (weight, parameter) in rig.Encoder.named_parameters().Concat(rig.Method.Trainable()))
        {
            var gradient = parameter.grad.ShouldNotBeNull($"{weight} gets no gradient");
            gradient.isfinite().all().ToBoolean().ShouldBeTrue(weight);
        }

        rig.Encoder.parameters().Sum(p => p.grad!.abs().sum().ToDouble()).ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void After_some_training_views_that_agree_cost_less_than_strangers(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(name, labeled, target, grouped);

        if (!rig.Compares)
            return;
        for (var seed = 100; seed < 140; seed++)
            Train(rig, rig.Agreeing(seed), steps: 1);

        rig.Method.Loss(rig.Agreeing(4)).ToDouble().ShouldBeLessThan(rig.Method.Loss(rig.Strangers(4)).ToDouble());
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Following_the_gradient_lowers_the_loss(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(name, labeled, target, grouped);
        var batch = rig.Strangers(5);
        manual_seed(1);
        var before = rig.Method.Loss(batch).ToDouble();

        Train(rig, batch, steps: 20, moves: false);

        manual_seed(1);
        rig.Method.Loss(batch).ToDouble().ShouldBeLessThan(before);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void It_leaves_one_tensor_and_its_reports_in_the_steps_scope(string name, bool labeled, bool target, bool grouped)
    {
        using var outer = NewDisposeScope();
        var rig = Rig(name, labeled, target, grouped);
        using var scope = NewDisposeScope();
        var batch = rig.Strangers(6);
        var before = scope.DisposablesCount;

        var loss = rig.Method.Loss(batch);

        scope.DisposablesCount.ShouldBe(before + 1 + batch.Reports.Count);
        scope.Contains(loss).ShouldBeTrue();
        batch.Reports.Values.ShouldAllBe(report => scope.Contains(report) && !report.requires_grad);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Its_state_survives_being_saved_and_loaded(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(name, labeled, target, grouped);
        Train(rig, rig.Strangers(7), steps: 3);
        var other = Rig(name, labeled, target, grouped, seed: 99);
        other.Encoder.load_state_dict(rig.Encoder.state_dict());
        other.Method.load_state_dict(rig.Method.state_dict());

        for (var step = 0; step < 2; step++)
        {
            var batch = rig.Strangers(8 + step);
            NextLoss(other, batch).ShouldBe(NextLoss(rig, batch), $"step {step} after loading");
        }
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Where_it_says_that_accumulation_is_the_same_the_loss_of_a_batch_is_the_mean_over_its_parts(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(name, labeled, target, grouped);
        if (MethodCatalog.Find(name).DefaultOptions.AccumulationDiffers() is not null)
            return;
        // Batch norms see the parts apart in any method.
        rig.Encoder.eval();
        rig.Method.eval();
        var batch = rig.Strangers(10);

        var parts = MethodRig.Parts(batch, 3).Select(part => rig.Method.Loss(part).ToDouble()).ToArray();

        parts.Average().ShouldBe(rig.Method.Loss(batch).ToDouble(), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_option_it_does_not_have_is_refused_by_name_with_those_it_has(string name)
    {
        var json = new JsonObject { ["type"] = name, ["noSuchOption"] = 1 };

        var error = Should.Throw<PlanException>(() => StrictJson.Read<MethodOptions>(json, PlanJson.Options)).Errors.ShouldHaveSingleItem();

        error.Param.ShouldBe("noSuchOption");
        error.Message.ShouldContain("noSuchOption");
        foreach (var option in Options(name))
            error.Message.ShouldContain(PlanJson.Options.PropertyNamingPolicy!.ConvertName(option.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_defaults_survive_being_written_and_read(string name)
    {
        var options = MethodCatalog.Find(name).DefaultOptions;
        var json = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(options, PlanJson.Options));

        StrictJson.Read<MethodOptions>(json, PlanJson.Options).ShouldBe(options);
        json!["type"]!.GetValue<string>().ShouldBe(name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_says_where_it_is_from_and_what_each_option_means_within_which_range(string name)
    {
        var method = MethodCatalog.Find(name);
        method.Paper.ShouldNotBeNullOrWhiteSpace();
        method.Summary.ShouldNotBeNullOrWhiteSpace();
        foreach (var option in Options(name))
        {
            option.GetCustomAttribute<DescriptionAttribute>().ShouldNotBeNull(option.Name);
            var type = Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType;
            if (type == typeof(int) || type == typeof(double))
                option.GetCustomAttribute<RangeAttribute>().ShouldNotBeNull(option.Name);
        }
    }

    private static IEnumerable<PropertyInfo> Options(string name) =>
        MethodCatalog.Find(name).OptionsType.GetProperties().Where(p => p.SetMethod is not null);

    private static MethodRig Rig(string name, bool labeled, bool target, bool grouped, int seed = 1) =>
        new(MethodCatalog.Find(name), new DataTraits(labeled, target, grouped), seed: seed);

    /// <summary>Plain gradient descent; <paramref name="moves"/> says whether teachers, queues and the like move with it.</summary>
    private static void Train(MethodRig rig, Batch batch, int steps, bool moves = true)
    {
        for (var step = 1; step <= steps; step++)
        {
            using var scope = NewDisposeScope();
            manual_seed(step);
            rig.Method.Loss(batch).backward();
            using var noGrad = no_grad();
            foreach (var parameter in rig.Encoder.parameters().Concat(rig.Method.Trainable().Select(t => t.Parameter)))
            {
                if (parameter.grad is not { } gradient)
                    continue;
                parameter.sub_(gradient * 0.01);
                gradient.zero_();
            }

            if (moves)
                rig.Method.AfterStep(step);
        }
    }

    /// <summary>The loss, after which the method moves what it moves.</summary>
    private static double NextLoss(MethodRig rig, Batch batch)
    {
        manual_seed(1234); // what a method draws by itself
        var loss = rig.Method.Loss(batch).ToDouble();
        using var noGrad = no_grad();
        rig.Method.AfterStep(50);
        return loss;
    }
}
