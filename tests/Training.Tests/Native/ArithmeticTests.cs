using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Native;

public sealed class ArithmeticTests
{
    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Bfloat16)]
    public void What_is_asked_for_is_taken(Precision asked) => Arithmetic.Choose(asked, CPU).ShouldBe(asked);

    [Fact]
    public void Otherwise_the_device_is_tried_once()
    {
        var speedup = Arithmetic.Speedup(CPU);

        speedup.ShouldBeGreaterThan(0);
        Arithmetic.Speedup(CPU).ShouldBe(speedup);
        Arithmetic.Choose(Precision.Auto, CPU).ShouldBe(speedup >= 1.2 ? Precision.Bfloat16 : Precision.Float32);
    }
}
