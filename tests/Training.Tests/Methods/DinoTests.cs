using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class DinoTests
{
    private const int Rows = 12;

    private static readonly Dino.Options Small =
        new() { StudentTemperature = 0.2, TeacherTemperature = 0.1, TeacherTemperatureStart = 0.1, LocalViews = 0, HiddenWidth = 8, BottleneckWidth = 6, OutputWidth = 5 };

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void The_student_says_of_every_crop_what_the_teacher_says_of_the_other_full_ones(int local)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { LocalViews = local });
        var batch = rig.Strangers(1);
        using var ungraded = no_grad();
        Center(rig).copy_(randn(5));
        foreach (var parameter in rig.Encoder.parameters())
            parameter.add_(0.1 * randn_like(parameter)); // the teacher is not the student any more

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(Expected(rig, batch, Center(rig), 0.1), 1e-5);
    }

    [Fact]
    public void The_centre_moves_after_a_step_towards_the_mean_of_the_teachers_outputs_of_all_micro_batches()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { CenterMomentum = 0.75 });
        Batch[] batches = [rig.Strangers(1), rig.Strangers(2)];
        using var ungraded = no_grad();
        Center(rig).copy_(tensor(new[] { 1f, -1, 2, 0, 0.5f }));
        var before = Center(rig).clone();
        var outputs = cat(batches.Select(batch => TeacherTests.TeacherOf(rig)!.forward(cat([.. batch.Views]))).ToArray()); // (4B, K)

        foreach (var batch in batches)
            rig.Method.Loss(batch);
        Center(rig).eq(before).all().ToBoolean().ShouldBeTrue();
        rig.Method.AfterStep(1);
        var after = Center(rig).clone();
        rig.Method.AfterStep(2);

        (after - ((0.75 * before) + (0.25 * outputs.mean([0])))).abs().max().ToDouble().ShouldBeLessThan(1e-5);
        Center(rig).eq(after).all().ToBoolean().ShouldBeTrue("nothing new was seen");
        rig.Method.Trainable().ShouldNotContain(t => t.Name.StartsWith("center", StringComparison.Ordinal));
        rig.Method.state_dict().Keys.ShouldContain("center.mean");
    }

    [Theory]
    [InlineData(0, 0.02)]
    [InlineData(4, 0.06)]
    [InlineData(8, 0.1)]
    [InlineData(50, 0.1)]
    public void The_teachers_temperature_changes_evenly_over_its_warm_up(int step, double temperature)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { TeacherTemperatureStart = 0.02, TeacherWarmupEpochs = 8.0 / MethodRig.StepsPerEpoch });
        var batch = rig.Strangers(1) with { Step = step };
        using var ungraded = no_grad();

        rig.Method.Loss(batch).ToDouble().ShouldBe(Expected(rig, batch, Center(rig), temperature), 1e-5);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData((3 * MethodRig.StepsPerEpoch) - 1, true)]
    [InlineData(3 * MethodRig.StepsPerEpoch, false)]
    public void The_last_layer_gets_no_gradient_in_its_first_epochs(int step, bool frozen)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { FreezeLastLayerEpochs = 3, NormLastLayer = false });

        rig.Method.Loss(rig.Strangers(1) with { Step = step }).backward();

        foreach (var (name, parameter) in rig.Method.Trainable())
            (parameter.grad is null).ShouldBe(frozen && name is ("head.directions" or "head.lengths"), name);
        rig.Method.Trainable().Count(t => t.Name is "head.directions" or "head.lengths").ShouldBe(2);
    }

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(50, 0.95)]
    [InlineData(100, 1)]
    public void The_teacher_follows_encoder_and_whole_head_with_its_momentum(int step, double momentum)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { Momentum = 0.9 });
        var teacher = TeacherTests.TeacherOf(rig)!;
        var before = TeacherTests.Copy(teacher.parameters());
        using var ungraded = no_grad();
        Tensor[] students = [.. rig.Encoder.parameters(), .. Head(rig).parameters()];
        foreach (var student in students)
            student.add_(randn_like(student));

        rig.Method.AfterStep(step);

        teacher.parameters().Count().ShouldBe(students.Length);
        foreach (var ((now, was), student) in teacher.parameters().Zip(before).Zip(students))
            (now - ((momentum * was) + ((1 - momentum) * student))).abs().max().ToDouble().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Outputs_are_cosines_whatever_the_length_of_features_and_directions_times_a_length_if_that_is_learnt()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var cosines = new DinoHead(4, 8, 6, 5, depth: 1, norm: false, lengthsLearned: false);
        using var lengths = new DinoHead(4, 8, 6, 5, depth: 1, norm: false, lengthsLearned: true);
        var (weight, bias) = (cosines.get_parameter("layers.linear1.weight"), cosines.get_parameter("layers.linear1.bias"));
        var x = randn(7, 4);
        var z = nn.functional.linear(x, weight!, bias);
        var directions = cosines.get_parameter("directions")!;
        var expected = z.mm(directions.t()) / z.norm(1, keepdim: true) / directions.norm(1);

        Far(cosines.forward(x), expected).ShouldBeLessThan(1e-5);
        directions.mul_(7);
        Far(cosines.forward(x), expected).ShouldBeLessThan(1e-5);
        cosines.named_parameters().ShouldNotContain(p => p.name == "lengths");

        lengths.forward(x).abs().max().ToDouble().ShouldBeLessThanOrEqualTo(1 + 1e-6);
        var before = lengths.forward(x);
        lengths.get_parameter("lengths")!.mul_(arange(5));
        Far(lengths.forward(x), before * arange(5)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Its_head_is_the_papers_three_layers_with_norms_if_asked_for()
    {
        using var scope = NewDisposeScope();

        var plain = Rig(Small).Method.Trainable().Select(t => (t.Name, t.Parameter.size(0))).ToArray();
        var normed = Rig(Small with { HeadNorm = true });

        plain.Where(p => p.Name.EndsWith("weight", StringComparison.Ordinal)).Select(p => p.Item2).ShouldBe([8, 8, 6]);
        plain.Count(p => p.Name.EndsWith("bias", StringComparison.Ordinal)).ShouldBe(3);
        Head(normed).named_buffers().Count(b => b.name.EndsWith("running_mean", StringComparison.Ordinal)).ShouldBe(2);
        plain.ShouldContain(("head.directions", 5L));
    }

    [Fact]
    public void A_teacher_that_tells_nothing_apart_shows_in_its_entropy()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small);
        var batch = rig.Strangers(1);
        var loss = rig.Method.Loss(batch).ToDouble();
        var (entropy, divergence) = (batch.Reports["teacherEntropy"].ToDouble(), batch.Reports["teacherStudentDivergence"].ToDouble());
        (entropy + divergence).ShouldBe(loss, 1e-5);
        entropy.ShouldBeInRange(0, Math.Log(5) - 0.05);
        using var ungraded = no_grad();
        foreach (var parameter in Head(rig).parameters().Concat(TeacherTests.TeacherOf(rig)!.parameters()))
            parameter.zero_();

        var flat = rig.Strangers(2);
        rig.Method.Loss(flat).ToDouble().ShouldBe(Math.Log(5), 1e-5);

        flat.Reports["teacherEntropy"].ToDouble().ShouldBe(Math.Log(5), 1e-5);
        flat.Reports["teacherStudentDivergence"].ToDouble().ShouldBe(0, 1e-5);
        Small.CollapseCause().ShouldNotBeNull().ShouldContain("1.61");
    }

    [Fact]
    public void It_computes_where_it_was_moved()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(Small with { NormLastLayer = false });
        rig.Encoder.to(ScalarType.Float64);
        rig.Method.to(ScalarType.Float64);
        var batch = rig.Strangers(1);
        batch = batch with { Views = [.. batch.Views.Select(view => view.to(ScalarType.Float64))] };

        rig.Method.Loss(batch).dtype.ShouldBe(ScalarType.Float64);
        using var ungraded = no_grad();
        rig.Method.AfterStep(1);

        Center(rig).dtype.ShouldBe(ScalarType.Float64);
        Center(rig).abs().max().ToDouble().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_teacher_that_is_not_the_sharper_one_is_refused()
    {
        var (facts, plan) = (new DatasetFacts(600, 0, 0, 1, 28, 28), new TrainingPlan { Dataset = "d", Name = "d", Method = Small });

        var error = (Small with { TeacherTemperature = 0.2 }).Check(plan, facts).ShouldHaveSingleItem();
        error.Param.ShouldBe("method.teacherTemperature");
        error.Message.ShouldContain("0.2");
        (Small with { TeacherTemperatureStart = 0.3, TeacherWarmupEpochs = 1 }).Check(plan, facts).ShouldHaveSingleItem();
        (Small with { TeacherTemperatureStart = 0.3 }).Check(plan, facts).ShouldBeEmpty();
        Small.Check(plan, facts).ShouldBeEmpty();
    }

    [Fact]
    public void Small_pictures_get_small_heads_and_no_small_crops()
    {
        var facts = new DatasetFacts(60_000, 0, 0, 1, 28, 28);

        Suggested(facts, 28).ShouldBe("""{"method":{"localViews":0,"hiddenWidth":512,"bottleneckWidth":128,"outputWidth":512}}""");
        Suggested(facts, 224).ShouldBe("""{"method":{"outputWidth":4096},"views":{"crop":{"scale":[0.4,1]}}}""");
        Suggested(facts with { Items = 1_000_000 }, 224).ShouldBe("""{"method":{"outputWidth":65536},"views":{"crop":{"scale":[0.4,1]}}}""");

        static string Suggested(DatasetFacts facts, int imageSize) => new Dino.Options().Suggest(facts, imageSize).ToJsonString();
    }

    private static MethodRig Rig(Dino.Options options) => new(MethodCatalog.Find("dino"), default, options);

    /// <summary>The loss put together from encoder, teacher and centre.</summary>
    private static double Expected(MethodRig rig, Batch batch, Tensor center, double temperature)
    {
        var student = batch.LocalViews.Count == 0
            ? Head(rig).forward(rig.Encoder.forward(cat([.. batch.Views])))
            : Head(rig).forward(cat([rig.Encoder.forward(cat([.. batch.Views])), rig.Encoder.forward(cat([.. batch.LocalViews]))]));
        var teacher = TeacherTests.TeacherOf(rig)!.forward(cat([.. batch.Views]));
        return Training.Losses.Dino.Loss(student.split(Rows), teacher.split(Rows), center, 0.2, temperature).Loss.ToDouble();
    }

    private static DinoHead Head(MethodRig rig) => (DinoHead)rig.Method.named_children().Single(c => c.name == "head").module;

    private static Tensor Center(MethodRig rig) => rig.Method.children().OfType<RunningCenter>().Single().Value;

    private static double Far(Tensor x, Tensor y) => (x - y).abs().max().ToDouble();
}
