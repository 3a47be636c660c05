using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;
using Byol = ContrastiveService.Training.Methods.Byol;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class ByolTests
{
    [Fact]
    public void Each_views_prediction_is_compared_with_the_teachers_view_of_the_other()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(0.9);
        var batch = rig.Strangers(1);
        var views = cat([batch.Views[0], batch.Views[1]]);
        var p = Head(rig, "predictor").forward(Head(rig, "projector").forward(rig.Encoder.forward(views))).chunk(2);
        var z = TeacherTests.TeacherOf(rig)!.forward(views).chunk(2);

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(Training.Losses.Byol.Loss(p[0], p[1], z[0], z[1]).ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(50, 0.95)]
    [InlineData(100, 1)]
    public void The_teacher_has_no_predictor_and_follows_encoder_and_projector_ever_more_slowly(int step, double momentum)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(0.9);
        var teacher = TeacherTests.TeacherOf(rig)!;
        var before = TeacherTests.Copy(teacher.parameters());
        using var ungraded = no_grad();
        Tensor[] students = [.. rig.Encoder.parameters(), .. Head(rig, "projector").parameters()];
        foreach (var student in students)
            student.add_(randn_like(student));

        rig.Method.AfterStep(step);

        teacher.parameters().Count().ShouldBe(students.Length);
        foreach (var ((now, was), student) in teacher.parameters().Zip(before).Zip(students))
            (now - ((momentum * was) + ((1 - momentum) * student))).abs().max().ToDouble().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Projections_and_predictions_end_in_a_linear_layer_without_a_norm()
    {
        using var scope = NewDisposeScope();
        var state = Rig(0.9).Method.state_dict();

        foreach (var head in new[] { "projector", "predictor", "teacher.head" })
        {
            state.ShouldContainKey($"{head}.layers.norm1.weight");
            state.ShouldContainKey($"{head}.layers.linear2.bias");
            state.ShouldNotContainKey($"{head}.layers.norm2.weight");
        }
    }

    [Fact]
    public void Small_pictures_get_small_heads_and_a_momentum_for_short_runs()
    {
        var facts = new DatasetFacts(60_000, 0, 0, 1, 28, 28);

        new Byol.Options().Suggest(facts, 64).ToJsonString().ShouldBe("""{"method":{"momentum":0.99,"hiddenWidth":1024}}""");
        new Byol.Options().Suggest(facts, 65).ShouldBeEmpty();
        new Byol.Options { Momentum = 0.125 }.CollapseCause()!.ShouldContain("0.125");
    }

    private static MethodRig Rig(double momentum) =>
        new(MethodCatalog.Find("byol"), default, new Byol.Options { Momentum = momentum, HiddenWidth = 8, ProjectionWidth = 6 });

    private static nn.Module<Tensor, Tensor> Head(MethodRig rig, string name) =>
        (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == name).module;
}
