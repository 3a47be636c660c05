using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>What every method with a momentum teacher must do with it. They are found by having one.</summary>
public sealed class TeacherTests
{
    public static TheoryData<string, bool, bool, bool> Uses
    {
        get
        {
            using var scope = NewDisposeScope();
            return new(MethodUse.All()
                .Where(use => TeacherOf(new MethodRig(MethodCatalog.Find(use.Name), use.Data)) is not null)
                .Select(use => (use.Name, use.Data.Labeled, use.Data.HasTarget, use.Data.Grouped)));
        }
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void It_starts_as_the_encoder_and_is_saved_but_never_trained(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = new MethodRig(MethodCatalog.Find(name), new DataTraits(labeled, target, grouped));
        var teacher = TeacherOf(rig)!;

        Same(Encoder(teacher).parameters(), rig.Encoder.parameters()).ShouldBeTrue();
        teacher.parameters().ShouldAllBe(p => !p.requires_grad);
        teacher.training.ShouldBeTrue();
        var moved = rig.Method.Trainable().Select(t => t.Parameter.Handle).ToHashSet();
        teacher.parameters().ShouldAllBe(p => !moved.Contains(p.Handle));
        rig.Method.state_dict().Keys.Count(key => key.StartsWith("teacher.", StringComparison.Ordinal)).ShouldBe(teacher.state_dict().Count);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Only_the_end_of_a_step_moves_it_and_no_gradient_reaches_it(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = new MethodRig(MethodCatalog.Find(name), new DataTraits(labeled, target, grouped));
        var teacher = TeacherOf(rig)!;
        var before = Copy(teacher.parameters());

        foreach (var seed in new[] { 1, 2 })
            rig.Method.Loss(rig.Strangers(seed)).backward();
        using var ungraded = no_grad();
        foreach (var parameter in rig.Encoder.parameters())
            parameter.add_(1);

        teacher.parameters().Count(p => p.grad is not null).ShouldBe(0);
        Same(teacher.parameters(), before).ShouldBeTrue();
        rig.Method.AfterStep(1);
        Same(teacher.parameters(), before).ShouldBeFalse();
        Same(Encoder(teacher).buffers(), rig.Encoder.buffers()).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void It_stays_untrained_and_follows_after_weights_were_replaced_as_when_they_are_moved_to_a_gpu(string name, bool labeled, bool target, bool grouped)
    {
        using var scope = NewDisposeScope();
        var rig = new MethodRig(MethodCatalog.Find(name), new DataTraits(labeled, target, grouped));
        rig.Encoder.to(ScalarType.Float64);
        rig.Method.to(ScalarType.Float64);
        var teacher = TeacherOf(rig)!;
        using var ungraded = no_grad();
        foreach (var parameter in rig.Encoder.parameters())
            parameter.add_(1);
        var before = Copy(Encoder(teacher).parameters());

        rig.Method.AfterStep(1);

        teacher.parameters().ShouldAllBe(p => !p.requires_grad && p.dtype == ScalarType.Float64);
        Same(Encoder(teacher).parameters(), before).ShouldBeFalse();
    }

    internal static MomentumCopy? TeacherOf(MethodRig rig) =>
        rig.Method.children().OfType<MomentumCopy>().SingleOrDefault();

    internal static nn.Module Encoder(MomentumCopy teacher) => teacher.named_children().Single(child => child.name == "encoder").module;

    internal static Tensor[] Copy(IEnumerable<Tensor> tensors) => [.. tensors.Select(t => t.detach().clone())];

    private static bool Same(IEnumerable<Tensor> some, IEnumerable<Tensor> others) =>
        some.Zip(others).All(pair => pair.First.eq(pair.Second).all().ToBoolean());
}
