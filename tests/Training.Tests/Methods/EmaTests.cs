using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class EmaTests
{
    [Theory]
    [InlineData(0.9)]
    [InlineData(0)]
    [InlineData(1)]
    public void Weights_are_averaged_and_running_statistics_and_counters_copied(double momentum)
    {
        using var scope = NewDisposeScope();
        using var teacher = new ProjectionHead(4, 5, 3, 2);
        using var student = new ProjectionHead(4, 5, 3, 2);
        var before = teacher.parameters().Select(p => p.detach().clone()).ToArray();
        student.forward(randn(6, 4));

        Ema.Update(teacher, student, momentum);

        foreach (var ((now, was), followed) in teacher.parameters().Zip(before).Zip(student.parameters()))
            (now - ((momentum * was) + ((1 - momentum) * followed))).abs().max().ToDouble().ShouldBeLessThan(1e-6);
        foreach (var (now, followed) in teacher.buffers().Zip(student.buffers()))
            now.eq(followed).all().ToBoolean().ShouldBeTrue();
        teacher.named_buffers().Count(b => b.buffer.dtype == int64 && b.buffer.ToInt64() == 1).ShouldBe(2);
    }

    [Fact]
    public void Another_architecture_and_a_momentum_out_of_range_are_refused()
    {
        using var scope = NewDisposeScope();
        using var teacher = new ProjectionHead(4, 5, 3, 2);
        using var deeper = new ProjectionHead(4, 5, 3, 3);

        Should.Throw<ArgumentException>(() => Ema.Update(teacher, deeper, 0.9)).Message.ShouldContain("architecture");
        foreach (var momentum in new[] { -0.1, 1.1, double.NaN })
            Should.Throw<ArgumentOutOfRangeException>(() => Ema.Update(teacher, teacher, momentum)).ParamName.ShouldBe("momentum");
    }

    [Fact]
    public void Momentum_grows_along_half_a_cosine()
    {
        MomentumSchedule.Cosine(0.99, 1, 0, 200).ShouldBe(0.99, 1e-15);
        MomentumSchedule.Cosine(0.99, 1, 50, 200).ShouldBe(1 - (0.01 * (1 + Math.Cos(Math.PI / 4)) / 2), 1e-15);
        MomentumSchedule.Cosine(0.99, 1, 100, 200).ShouldBe(0.995, 1e-15);
        MomentumSchedule.Cosine(0.99, 1, 200, 200).ShouldBe(1);
        MomentumSchedule.Cosine(0.99, 1, 300, 200).ShouldBe(1);
    }
}
